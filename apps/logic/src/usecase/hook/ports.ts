import type { AppId } from '@queqiao/domain';

import type { AdminChangeCall } from '../admin/ports.js';

export interface HookInfo {
  readonly url: string;
  readonly timeoutMs: number;
  /** What becomes of a message when the hook does not answer. */
  readonly onFailure: 'allow' | 'refuse';
  readonly updatedMs: number;
  /** 0: no earlier secret signs. */
  readonly previousSecretUntilMs: number;
}

export interface NewHook extends Pick<HookInfo, 'url' | 'timeoutMs' | 'onFailure'> {
  readonly freshSecret: Uint8Array;
  readonly rotateSecret: boolean;
  /** A call that is repeated gets the first run's answer, and with it the first run's name. */
  readonly run: string;
}

/** Errors: NOT_FOUND, ALREADY_EXISTS, UNAVAILABLE. */
export interface ManagedHooks {
  beforeSend(appId: AppId): Promise<HookInfo | null>;
  setBeforeSend(
    call: AdminChangeCall,
    appId: AppId,
    hook: NewHook,
  ): Promise<{ readonly hook: HookInfo; readonly secretOf: string | null }>;
  deleteBeforeSend(call: AdminChangeCall, appId: AppId): Promise<void>;
}

/** Secrets that questions are signed with. */
export interface HookSecrets {
  /** A new one: as the app's back end is shown it, and as it is kept. */
  fresh(appId: AppId): { readonly text: string; readonly sealed: Uint8Array };
}
