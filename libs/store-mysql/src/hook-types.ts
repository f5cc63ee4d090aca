import type { AppId } from '@queqiao/domain';
import type { AdminChangeCall } from './admin-types.js';

export interface BeforeSendHookInfo {
  readonly url: string;
  readonly timeoutMs: number;
  readonly onFailure: 'allow' | 'refuse';
  readonly updatedMs: number;
  /** 0: no earlier secret signs. */
  readonly previousSecretUntilMs: number;
  /** Of secrets before that one. */
  readonly earlierSecretsUntilMs: readonly number[];
}

/** Since the hook was set or changed last. Times are those of the nodes that noted them; 0: never. */
export interface BeforeSendHookStatus {
  readonly failures: number;
  readonly lastFailureMs: number;
  readonly lastError: string;
  readonly lastRecoveryMs: number;
}

export interface StoredBeforeSendHook extends BeforeSendHookInfo {
  readonly status: BeforeSendHookStatus;
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
}

export interface SetBeforeSendHook {
  readonly hook: BeforeSendHookInfo;
  /**
   * The secret that the call made: that of the first one in the answer to a repeated call. Null: the hook kept the one it had, or the
   * first call was of a version that did not keep it with its answer.
   */
  readonly sealedSecret: Uint8Array | null;
}

export interface HookStore {
  /** One indexed read; null: the app has none. */
  beforeSend(appId: AppId): Promise<StoredBeforeSendHook | null>;
  /** Errors: ALREADY_EXISTS for a clientRequestId of another call, LIMIT_EXCEEDED. */
  setBeforeSend(
    call: AdminChangeCall,
    appId: AppId,
    hook: NewBeforeSendHook,
  ): Promise<SetBeforeSendHook>;
  /** Adds failures, and what is later than what was noted before; nothing when the hook was changed since `updatedMs`. */
  note(
    appId: AppId,
    note: BeforeSendHookStatus & Pick<BeforeSendHookInfo, 'updatedMs'>,
  ): Promise<void>;
  /** Changes nothing when there is none. Errors: ALREADY_EXISTS. */
  deleteBeforeSend(call: AdminChangeCall, appId: AppId): Promise<void>;
}
