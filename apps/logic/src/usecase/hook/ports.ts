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
  readonly earlierSecretsUntilMs: readonly number[];
}

/** Since it was set or changed last, as nodes have noted it. */
export interface HookStatus {
  /** Questions that came to nothing. */
  readonly failures: number;
  readonly lastFailureMs: number;
  readonly lastError: string;
  readonly lastRecoveryMs: number;
}

export interface NewHook extends Pick<HookInfo, 'url' | 'timeoutMs' | 'onFailure'> {
  readonly freshSecret: Uint8Array;
  readonly rotateSecret: boolean;
}

/** Errors: NOT_FOUND, ALREADY_EXISTS, LIMIT_EXCEEDED, UNAVAILABLE. */
export interface ManagedHooks {
  beforeSend(appId: AppId): Promise<(HookInfo & { readonly status: HookStatus }) | null>;
  setBeforeSend(
    call: AdminChangeCall,
    appId: AppId,
    hook: NewHook,
  ): Promise<{ readonly hook: HookInfo; readonly sealedSecret: Uint8Array | null }>;
  deleteBeforeSend(call: AdminChangeCall, appId: AppId): Promise<void>;
}

/** Secrets that questions are signed with. */
export interface HookSecrets {
  /** A new one, sealed. */
  make(appId: AppId): Uint8Array;
  /** As the app's back end is shown it. Null: no key opens it any more. */
  show(appId: AppId, sealed: Uint8Array): string | null;
}
