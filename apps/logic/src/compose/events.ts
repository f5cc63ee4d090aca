import { DomainError, type AppId } from '@queqiao/domain';
import { counterIn, gaugeIn, isWithinShare, type Clock, type Registry } from '@queqiao/runtime';
import type { Database } from '@queqiao/store-mysql';
import { serverEventService, type AnyService } from '../api/index.js';
import type { EventBell } from '../delivery/index.js';
import type { Apps } from '../usecase/app/ports.js';
import type { LogEpoch } from '../usecase/conversation/ports.js';
import type { EventStreams } from '../usecase/event/ports.js';
import { SubscribeEvents } from '../usecase/event/subscribe-events.js';
import { callsOf } from './calls.js';

/** Streams of one app at one node. */
export const EVENT_STREAMS_MAX_PER_APP = 8;
/** Streams of all apps at one node; an app has its share of them. */
export const EVENT_STREAMS_MAX = 200;

export interface EventsDeps {
  readonly database: Pick<Database, 'whileWanted'>;
  readonly bell: EventBell;
  readonly apps: Apps;
  readonly epoch: LogEpoch;
  readonly clock: Clock;
  readonly metrics: Registry;
}

export function eventService({ database, metrics, ...deps }: EventsDeps): AnyService {
  const streams = new OpenStreams(metrics);
  const call = callsOf(database);
  return serverEventService({
    subscribeEvents: call(({ events }) => new SubscribeEvents({ ...deps, events, streams })),
  });
}

export class OpenStreams implements EventStreams {
  readonly #open = new Map<AppId, number>();
  readonly #gauge;
  readonly #sent;
  #all = 0;

  constructor(registry: Registry) {
    const name = 'queqiao_event_streams';
    this.#gauge = gaugeIn(registry, { name, help: 'Streams of events that are open' });
    const help = 'Events that were sent, as often as they were';
    this.#sent = counterIn(registry, { name: 'queqiao_event_sent_total', help });
  }

  enter(appId: AppId): () => void {
    const open = this.#open.get(appId) ?? 0;
    if (open >= EVENT_STREAMS_MAX_PER_APP) {
      const field = 'EVENT_STREAMS_MAX_PER_APP';
      throw new DomainError('LIMIT_EXCEEDED', 'too many streams of this app', { field });
    }
    // Of what is left, one is for anybody.
    const hasShare = open === 0 || isWithinShare(open + 1, this.#all + 1, EVENT_STREAMS_MAX);
    if (this.#all >= EVENT_STREAMS_MAX || !hasShare) {
      throw new DomainError('UNAVAILABLE', 'too many streams at this server', {
        retryAfterMs: 1_000,
      });
    }
    this.#count(appId, 1);
    return () => this.#count(appId, -1);
  }

  sent(events: number): void {
    this.#sent.inc(events);
  }

  #count(appId: AppId, by: number): void {
    const open = (this.#open.get(appId) ?? 0) + by;
    if (open === 0) this.#open.delete(appId);
    else this.#open.set(appId, open);
    this.#all += by;
    this.#gauge.set(this.#all);
  }
}
