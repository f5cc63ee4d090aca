import type { AppId } from '@queqiao/domain';
import type { AdminChangeCall } from './admin-types.js';

export interface BeforeSendHookInfo {
  readonly url: string;
  readonly timeoutMs: number;
  readonly onFailure: 'allow' | 'refuse';
  readonly updatedMs: number;
  /** 0: no earlier secret signs. */
  readonly previousSecretUntilMs: number;
}

export interface StoredBeforeSendHook extends BeforeSendHookInfo {
  /** Sealed, the newest first. */
  readonly secrets: readonly Uint8Array[];
}

export interface NewBeforeSendHook {
  readonly url: string;
  readonly timeoutMs: number;
  readonly onFailure: 'allow' | 'refuse';
  /** Sealed; used when there is no hook yet, or when it is to be rotated. */
  readonly freshSecret: Uint8Array;
  readonly rotateSecret: boolean;
  /** Names this run of the call: a repeated one gets the first answer, and with it the first run's name. */
  readonly run: string;
}

export interface SetBeforeSendHook {
  readonly hook: BeforeSendHookInfo;
  /** The run of the call that brought the hook's secret; null: the hook kept the one it had. */
  readonly secretOf: string | null;
}

export interface HookStore {
  /** One indexed read; null: the app has none. */
  beforeSend(appId: AppId): Promise<StoredBeforeSendHook | null>;
  /** Errors: ALREADY_EXISTS for a clientRequestId of another call. */
  setBeforeSend(
    call: AdminChangeCall,
    appId: AppId,
    hook: NewBeforeSendHook,
  ): Promise<SetBeforeSendHook>;
  /** Changes nothing when there is none. Errors: ALREADY_EXISTS. */
  deleteBeforeSend(call: AdminChangeCall, appId: AppId): Promise<void>;
}
