import type { AppId } from '@queqiao/domain';

import type { EntryRecord } from '../conversation/ports.js';

/** How far a reader is: everything up to this position, of the position itself only the entries up to `seq`; null: all of them. */
export interface EventPlace {
  readonly position: number;
  readonly seq: number | null;
}

export interface AppEvent {
  /** How far a reader is that has this one. */
  readonly place: EventPlace;
  readonly entry: EntryRecord;
}

/** The entries of all logs of an app in one order, in which those of each log are in theirs. */
export interface Events {
  /** Behind the newest. */
  newest(appId: AppId): Promise<EventPlace>;
  /** Before the oldest that is kept. */
  oldest(appId: AppId): Promise<EventPlace>;
  /** A page of what follows a place. Null: something behind the place is gone, or was never written, or the place never was. */
  read(
    appId: AppId,
    place: EventPlace,
  ): Promise<{ readonly events: readonly AppEvent[]; readonly place: EventPlace } | null>;
}

/** Hears when an app has new events, but not of all: other nodes make some too. */
export interface EventEar {
  /** Resolves when there was something to hear since it was asked last, after `ms`, or at the signal. Never rejects. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  close(): void;
}

export interface EventBell {
  listen(appId: AppId): EventEar;
}

/** The streams that a node has open. */
export interface EventStreams {
  /** Takes a place; give it back by the answer. Errors: LIMIT_EXCEEDED (of the app), UNAVAILABLE (of the node). */
  enter(appId: AppId): () => void;
  sent(events: number): void;
}
