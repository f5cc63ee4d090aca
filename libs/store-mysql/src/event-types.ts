import type { AppId } from '@queqiao/domain';
import type { EntryRecord } from './conversation-types.js';

/** How far a reader is: everything up to this position, of the position itself only the entries up to `seq`; null: all of them. */
export interface EventPlace {
  readonly position: number;
  readonly seq: number | null;
}

export interface AppEvent {
  /** How far a reader is that has this one. */
  readonly place: EventPlace;
  /** As it is now: what was recalled since says nothing any more. */
  readonly entry: EntryRecord;
}

export interface EventPage {
  readonly events: readonly AppEvent[];
  /** How far a reader is that has them all; not beyond what was asked for when there is nothing. */
  readonly place: EventPlace;
}

export interface EventsPlaced {
  readonly placed: number;
  /** There may be more. */
  readonly more: boolean;
}

/**
 * The entries of all logs of an app in one order, in which the entries of each log are in theirs. Entries enter the outbox with
 * their commit and get their positions afterwards, once.
 */
export interface EventStore {
  /** Told of apps whose commits of this node left something in the outbox; only a hint, and at most one listener. */
  onWritten(listener: (appIds: readonly AppId[]) => void): void;
  /** Apps above `after` with something in the outbox, by id; at most EVENT_APPS_MAX_READ. */
  waiting(after: string): Promise<AppId[]>;
  /**
   * Gives positions to what the outbox has of an app, at most EVENTS_MAX_PLACED. Null: another node is doing it, and may have begun
   * before the newest commits.
   */
  place(appId: AppId): Promise<EventsPlaced | null>;
  /** Behind the newest that has a position. */
  newest(appId: AppId): Promise<EventPlace>;
  /** Before the oldest that is kept, and that was written since events were turned on last. */
  oldest(appId: AppId): Promise<EventPlace>;
  /**
   * What follows a place, at most EVENTS_MAX_READ entries. Null: something behind the place is gone, or was never written because
   * events were off, or the place never was.
   */
  read(appId: AppId, place: EventPlace): Promise<EventPage | null>;
  /** Of all apps: rows without a position, and the age of the oldest in milliseconds. */
  backlog(): Promise<{ rows: number; oldestMs: number }>;
  /** Removes rows older than EVENTS_KEPT_MS of every app, at most `limit` of each; returns how many. */
  prune(limit: number): Promise<number>;
}

/** How long events can be read again: 7 days. */
export const EVENTS_KEPT_MS = 604_800_000;
/** Rows of the outbox that get their positions in one transaction. */
export const EVENTS_MAX_PLACED = 1_000;
/** Entries of one read. */
export const EVENTS_MAX_READ = 100;
/** Apps of one look at the outbox. */
export const EVENT_APPS_MAX_READ = 100;
