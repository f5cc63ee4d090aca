import type { AppId } from '@queqiao/domain';
import type { BeforeSendQuestion } from '../usecase/message/ports.js';

export interface BeforeSendHook {
  readonly url: string;
  readonly timeoutMs: number;
  /** What the app has decided for the times when there is no answer. */
  readonly onFailure: 'allow' | 'refuse';
  /** What questions are signed with, the newest first. */
  readonly secrets: readonly Uint8Array[];
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

/** Asks over the network. Rejects when there is no answer within the hook's time, or one that is none. */
export interface HookCaller {
  ask(hook: BeforeSendHook, question: BeforeSendQuestion): Promise<Verdict>;
}
