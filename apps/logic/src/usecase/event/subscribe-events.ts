import { DomainError, type AppId } from '@queqiao/domain';
import type { Clock } from '@queqiao/runtime';

import { activeApp } from '../app/active-app.js';
import type { Apps } from '../app/ports.js';
import type { StreamContext } from '../caller.js';
import type { LogEpoch } from '../conversation/ports.js';
import { decodeEventCursor, encodeEventCursor } from './event-cursor.js';
import type { AppEvent, EventBell, EventPlace, Events, EventStreams } from './ports.js';

/** A stream says at least this often how far it is. */
const QUIET_MS = 5_000;
/** How often is looked for what other nodes have put in order. */
const LOOK_MS = 250;
/** Bytes of contents of one answer, unless a single one is larger. */
export const EVENTS_MAX_BYTES = 1_048_576;

/** What was read and could not be sent for so long is read again. */
export const EVENTS_CONTENT_MAX_AGE_MS = 5_000;

export interface SubscribeEventsDeps {
  readonly apps: Apps;
  readonly events: Events;
  readonly epoch: LogEpoch;
  readonly bell: EventBell;
  readonly streams: EventStreams;
  readonly clock: Pick<Clock, 'monotonic'>;
}

export interface EventBatch {
  readonly events: readonly (Pick<AppEvent, 'entry'> & { readonly cursor: string })[];
  readonly cursor: string;
}

/**
 * What happens in the app, from a cursor on, without end. A page is read when the one before was taken; what is left of one that has
 * become old is read again. Errors: INVALID_ARGUMENT, PERMISSION_DENIED, LIMIT_EXCEEDED, CURSOR_EXPIRED, UNAVAILABLE.
 */
export class SubscribeEvents {
  constructor(readonly deps: SubscribeEventsDeps) {}

  async *run(
    { appId, signal }: StreamContext,
    input: { readonly cursor: string; readonly fromOldest: boolean },
  ): AsyncGenerator<EventBatch, void, undefined> {
    const { apps, epoch, streams } = this.deps;
    const cursor = decodeEventCursor(appId, input.cursor);
    await mustBeOn(apps, appId);
    const logEpoch = await epoch.logEpoch();
    if (cursor !== null && cursor.logEpoch !== logEpoch) throw expired();
    const leave = streams.enter(appId);
    try {
      const from = cursor?.place ?? (await this.#begin(appId, input));
      yield* this.#follow(appId, from, logEpoch, signal);
    } catch (error) {
      // Once nobody listens its reads fail, which is an end like any other.
      if (!signal.aborted) throw error;
    } finally {
      leave();
    }
  }

  #begin(appId: AppId, { fromOldest }: { readonly fromOldest: boolean }): Promise<EventPlace> {
    const { events } = this.deps;
    return fromOldest ? events.oldest(appId) : events.newest(appId);
  }

  async *#follow(
    appId: AppId,
    from: EventPlace,
    logEpoch: number,
    signal: AbortSignal,
  ): AsyncGenerator<EventBatch, void, undefined> {
    const { apps, epoch, events, bell, streams, clock } = this.deps;
    const ear = bell.listen(appId);
    try {
      const cursorOf = (at: EventPlace) => encodeEventCursor(appId, { logEpoch, place: at });
      let place = from;
      // The first answer tells where it begins, before anything happens.
      let saidAt = -Infinity;
      while (!signal.aborted) {
        await mustBeOn(apps, appId);
        if ((await epoch.logEpoch()) !== logEpoch) throw expired();
        const readMs = clock.monotonic();
        const page = await events.read(appId, place);
        if (page === null) throw expired();
        const found = page.place !== place;
        ({ place } = page);
        const quiet = page.events.length === 0;
        if (quiet && clock.monotonic() - saidAt < QUIET_MS) {
          if (!found) await ear.wait(LOOK_MS, signal);
          continue;
        }
        for (const batch of quiet ? [[]] : withinBytes(page.events)) {
          streams.sent(batch.length);
          const sent = batch.at(-1)?.place ?? page.place;
          yield toBatch(batch, sent, cursorOf);
          saidAt = clock.monotonic();
          if (saidAt - readMs <= EVENTS_CONTENT_MAX_AGE_MS) continue;
          // The reader was slow: what follows may have been taken back meanwhile.
          place = sent;
          break;
        }
      }
    } finally {
      ear.close();
    }
  }
}

async function mustBeOn(apps: Apps, appId: AppId): Promise<void> {
  const { events } = await activeApp(apps, appId);
  if (!events) throw new DomainError('PERMISSION_DENIED', 'the app has events off');
}

function* withinBytes(events: readonly AppEvent[]): Generator<AppEvent[]> {
  let batch: AppEvent[] = [];
  let bytes = 0;
  for (const event of events) {
    const { byteLength } = event.entry.content;
    if (bytes + byteLength > EVENTS_MAX_BYTES && batch.length > 0) {
      yield batch;
      [batch, bytes] = [[], 0];
    }
    batch.push(event);
    bytes += byteLength;
  }
  yield batch;
}

function toBatch(
  events: readonly AppEvent[],
  place: EventPlace,
  cursorOf: (place: EventPlace) => string,
): EventBatch {
  return {
    events: events.map(({ entry, place: at }) => ({ entry, cursor: cursorOf(at) })),
    cursor: cursorOf(place),
  };
}

function expired(): DomainError {
  const field = 'cursor';
  return new DomainError('CURSOR_EXPIRED', 'what follows the cursor is gone: begin anew', {
    field,
  });
}
