import type { AppId, ConversationId, DomainError, Sender, UserId } from '@queqiao/domain';

/** A broadcast that this node has claimed. */
export interface BroadcastJob {
  readonly appId: AppId;
  readonly broadcastId: string;
  readonly sender: Sender;
  /** The user whose direct chats it goes to. */
  readonly accountId: UserId;
  readonly kind: string;
  readonly content: Uint8Array;
  readonly countable: boolean;
  readonly createdMs: number;
  /** Users up to this id were sent to. */
  readonly doneTo: UserId | '';
  /** Claims since it went on last, this one included. */
  readonly attempts: number;
}

export interface Recipient {
  readonly userId: UserId;
  /** The direct chat with the account exists. */
  readonly hasChat: boolean;
}

export interface BroadcastStep {
  /** Users up to this id were sent to. */
  readonly doneTo: UserId | '';
  readonly done: number;
  readonly failed: number;
  readonly isLast: boolean;
}

export interface BroadcastRows {
  recipients(job: BroadcastJob): Promise<{
    /** By id. */
    readonly recipients: readonly Recipient[];
    readonly through: UserId | '';
    readonly isLast: boolean;
  }>;
  advance(job: BroadcastJob, step: BroadcastStep): Promise<{ readonly more: boolean }>;
}

/** The log, and how much is asked of it. */
export interface BroadcastLog {
  /** Rejects with DomainError. */
  append(draft: {
    readonly appId: AppId;
    readonly conversationId: ConversationId;
    readonly sender: Sender;
    readonly clientMsgId: string;
    readonly kind: string;
    readonly content: Uint8Array;
    readonly countable: boolean;
  }): Promise<unknown>;
  /** Entries that were ever handed to it, by whomever. */
  readonly taken: number;
}

/** Makes chats that need no create step; null for one that exists now. */
export interface ChatMaker {
  ensure(
    keys: readonly { readonly appId: AppId; readonly conversationId: ConversationId }[],
  ): Promise<readonly (DomainError | null)[]>;
}
