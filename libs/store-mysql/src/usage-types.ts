import type { AppId } from '@queqiao/domain';

export type UsagePhase = 'users' | 'conversations';

/** What an app had when it was counted last. */
export interface AppUsage {
  readonly users: number;
  /** Those that have not ended. */
  readonly groups: number;
  /** Of all logs, feeds and what was recalled or deleted included. */
  readonly entries: number;
  /** When the count ended; 0: there was none yet. */
  readonly countedMs: number;
}

/** A count that this node has claimed. */
export interface UsageJob {
  readonly appId: AppId;
  readonly phase: UsagePhase;
  /** The last one that was counted in this phase. */
  readonly doneTo: string;
  readonly users: number;
  readonly groups: number;
  readonly entries: number;
}

/** Rows of one step: they are read, by their primary key, without locks. */
export const USAGE_MAX_ROWS = 10_000;

export interface UsageStore {
  /** Null for an app that does not exist. */
  usage(appId: AppId): Promise<AppUsage | null>;
  /** Counts that are due; a node that does nothing with one for a while loses it. */
  claimDue(claim: { readonly owner: string; readonly limit: number }): Promise<UsageJob[]>;
  /** The sums with the next rows in them. Writes nothing. */
  countNext(job: UsageJob): Promise<{ readonly job: UsageJob; readonly isLast: boolean }>;
  /** Keeps what was counted so far. False: it is another node's. */
  save(job: UsageJob, owner: string): Promise<boolean>;
  /** The sums are what the app has, until it is counted again. */
  finish(job: UsageJob, owner: string, nextInMs: number): Promise<void>;
  /** Apps whose count is due, and how late the first of them is. */
  backlog(): Promise<{ readonly rows: number; readonly oldestDueMs: number }>;
}
