import type { AppId } from '@queqiao/domain';
import type { BeforeSendQuestion } from '../usecase/message/ports.js';

export interface BeforeSendHook {
  readonly url: string;
  readonly timeoutMs: number;
  /** When it was set or changed; names what failures are of. */
  readonly updatedMs: number;
  /** What the app has decided for the times when there is no answer. */
  readonly onFailure: 'allow' | 'refuse';
  /** What questions are signed with, the newest first. */
  readonly secrets: readonly Uint8Array[];
}

/** How a hook is doing, as one node sees it. */
export interface HookNote {
  /** Of the hook as it was asked: nothing is noted of one that was changed since. */
  readonly updatedMs: number;
  /** Questions that came to nothing since the last note. */
  readonly failures: number;
  readonly lastFailureMs: number;
  readonly lastError: string;
  /** When it answered again; 0: it has not. */
  readonly lastRecoveryMs: number;
}

export interface HookRows {
  note(appId: AppId, note: HookNote): Promise<void>;
}

/** May answer from a cache that is a few seconds old. */
export interface Hooks {
  /** Null: the app has none. */
  beforeSend(appId: AppId): Promise<BeforeSendHook | null>;
}

export interface Verdict {
  readonly allow: boolean;
  /** For the sender, when it is refused. */
  readonly message: string;
}

/** Asks over the network. Rejects with HookFailure when there is no answer within the hook's time, or one that is none. */
export interface HookCaller {
  ask(hook: BeforeSendHook, question: BeforeSendQuestion): Promise<Verdict>;
}
