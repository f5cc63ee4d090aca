import type { AppId, Sender, UserId } from '@queqiao/domain';
import type { LogOutcome, LogWork } from './log-types.js';

/** Broadcasts of one app that have not ended. */
export const BROADCASTS_MAX_RUNNING = 10;
/** Users who are counted when a broadcast is started. */
export const BROADCAST_MAX_COUNTED = 10_000;
/** Users of one read, which is one step of a broadcast. */
export const BROADCAST_MAX_STEP_USERS = 500;
/** Broadcasts of one page. */
export const BROADCASTS_MAX_PAGE = 100;
/** Kept at least this long after their end: 30 days. */
export const BROADCAST_KEPT_MS = 2_592_000_000;

/** What is to be sent, and as whom. */
export interface BroadcastOrder {
  readonly broadcastId: string;
  readonly sender: Sender;
  /** The user whose direct chats it goes to. */
  readonly accountId: UserId;
  readonly kind: string;
  /** An encoded queqiao.client.v1.Content. */
  readonly content: Uint8Array;
  readonly countable: boolean;
}

export interface BroadcastRecord extends BroadcastOrder {
  readonly state: 'waiting' | 'running' | 'done' | 'cancelled';
  /** Exact up to BROADCAST_MAX_COUNTED, and of one that is done; else of the last count of the app, and at least done and failed. */
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  readonly createdMs: number;
  /** 0: not yet. */
  readonly startedMs: number;
  /** 0: not yet. */
  readonly endedMs: number;
}

/** A broadcast in the hands of one node. */
export interface BroadcastJob extends BroadcastOrder {
  readonly appId: AppId;
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

export interface RecipientPage {
  /** By id. */
  readonly recipients: readonly Recipient[];
  /** Whoever is up to this id is in the page, or is not sent to. */
  readonly through: UserId | '';
  /** Nobody comes behind. */
  readonly isLast: boolean;
}

/** What one step has done. */
export interface BroadcastStep {
  /** Users up to this id were sent to. */
  readonly doneTo: UserId | '';
  readonly done: number;
  readonly failed: number;
  /** Nobody is left. */
  readonly isLast: boolean;
}

export interface BroadcastPlace {
  readonly createdMs: number;
  readonly broadcastId: string;
}

export interface BroadcastStore {
  /**
   * Writes down what is to be sent to everybody whom the app has now, unless a broadcast of this id is there already or `refusal`
   * says why not. Errors: ALREADY_EXISTS (client_request_id), LIMIT_EXCEEDED (BROADCASTS_MAX_RUNNING), `refusal`.
   */
  start(work: LogWork, order: BroadcastOrder, refusal: Error | null): Promise<LogOutcome<null>>;
  /** Null: there is none. */
  get(appId: AppId, broadcastId: string): Promise<BroadcastRecord | null>;
  /** Newest first, without their contents; null: from the newest. */
  list(
    appId: AppId,
    page: { readonly before: BroadcastPlace | null; readonly limit: number },
  ): Promise<BroadcastRecord[]>;
  /** One that has ended stays as it is. Errors: ALREADY_EXISTS (client_request_id), `missing` when there is none. */
  cancel(work: LogWork, broadcastId: string, missing: Error): Promise<LogOutcome<null>>;
  /** Those that nobody works on, whoever waits longest first. They are free again when nothing is heard of them. */
  claimDue(claim: { readonly owner: string; readonly limit: number }): Promise<BroadcastJob[]>;
  /** Whom to send to behind those who were. */
  recipients(job: BroadcastJob): Promise<RecipientPage>;
  /**
   * Counts a step and lets the next one be claimed; `more`: there is one. A step that was counted before, and one of a broadcast that
   * somebody else took further, is not counted again.
   */
  advance(job: BroadcastJob, step: BroadcastStep): Promise<{ readonly more: boolean }>;
  backlog(): Promise<{ readonly rows: number; readonly oldestDueMs: number }>;
  /** Removes those that are kept no longer, at most `limit` of each app; returns how many. */
  prune(limit: number): Promise<number>;
}
