import type { AppId, ConversationId, Sender, UserId } from '@queqiao/domain';
import type { Abandonment } from './abandoned.js';
import type { HeadFacts } from './append-types.js';
import type { EntryRecord, Membership } from './conversation-types.js';

/** Who asks for a change, and under which id: a call that is repeated with it gets the first answer. */
export interface LogRequest {
  readonly actor: Sender;
  readonly requestId: string;
  /** Name of the operation: the same id for another one is refused with ALREADY_EXISTS. */
  readonly method: string;
  /** SHA-256 of what is asked: another one under the same id is refused with ALREADY_EXISTS. Left out: not compared. */
  readonly digest?: Uint8Array | undefined;
  /** No further statement is begun once it is aborted. */
  readonly signal?: Abandonment;
}

/** What a change of logs needs besides the rules. */
export interface LogWork {
  readonly appId: AppId;
  /** Null: the change is the same when it is made twice, and no answer is kept. */
  readonly request: LogRequest | null;
  /** Node that the dispatch row names. */
  readonly owner: string;
  readonly dispatchDelayMs: number;
}

export interface LogEntry {
  readonly kind: string;
  /** An encoded queqiao.client.v1.Content. */
  readonly content: Uint8Array;
  readonly sender: Sender;
  /** Raises the unread count of the others. */
  readonly countable: boolean;
  /** Shown as the last entry of a conversation in lists. */
  readonly shown: boolean;
}

/** A head under its lock, with what the transaction has appended so far. */
export interface OpenHead extends HeadFacts {
  readonly conversationId: ConversationId;
}

/** What was committed and has to reach devices; the dispatch row makes that certain. */
export interface LogCommit {
  readonly appId: AppId;
  readonly dispatchId: string;
  readonly entries: readonly EntryRecord[];
  /** Those that got entries. */
  readonly heads: readonly (Pick<HeadFacts, 'memberVersion' | 'leaveVersion' | 'mode'> & {
    readonly conversationId: ConversationId;
  })[];
  /** Members' own states that changed. */
  readonly states: readonly Membership[];
  /** Jobs of it are due. */
  readonly hasJobs: boolean;
}

export interface LogOutcome<T> {
  readonly answer: T;
  /** Null when the call was a repeated one, and when nothing had to be written: there is nothing to push. */
  readonly commit: LogCommit | null;
}

export interface StateKey {
  readonly userId: UserId;
  readonly conversationId: ConversationId;
}

export interface RequestStore {
  /**
   * Keeps an id for a request that keeps its answers elsewhere. Errors: ALREADY_EXISTS (client_request_id): the id was used for
   * another one.
   */
  claim(appId: AppId, request: LogRequest): Promise<void>;
  /**
   * Removes answers, and ids of changes that changed nothing, older than REQUEST_KEPT_MS of every app, at most `limit` of
   * each; returns how many.
   */
  prune(limit: number): Promise<number>;
}

/** Heads that one transaction locks. */
export const LOG_MAX_HEADS = 1_024;
/** Answers of calls are kept at least this long: 7 days. */
export const REQUEST_KEPT_MS = 604_800_000;
