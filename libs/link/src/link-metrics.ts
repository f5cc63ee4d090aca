import { counterIn, gaugeIn, histogramIn, type Registry } from '@queqiao/runtime';

export type StreamEvent =
  | 'opened'
  | 'resumed'
  | 'rotated'
  | 'replaced'
  | 'ended'
  | 'dead'
  | 'refused'
  | 'reset'
  | 'rejected';

interface Count {
  inc(value?: number): void;
}

/** The metrics of every link of one process. Labels name peers by node id only. */
export class LinkMetrics {
  readonly sentItems: Count;
  readonly sentFrames: Count;
  readonly sentBytes: Count;
  readonly receivedItems: Count;
  readonly receivedFrames: Count;
  readonly receivedBytes: Count;
  readonly resentItems: Count;
  readonly duplicateItems: Count;
  readonly lostItems: Count;
  readonly gaps: Count;
  readonly frameItems: { observe(value: number): void };
  readonly #overflows;
  readonly #streams;
  readonly #pendingItems;
  readonly #pendingBytes;

  constructor(registry: Registry) {
    const byDirection = (name: string, help: string) =>
      counterIn(registry, { name: `queqiao_link_${name}`, help, labelNames: ['direction'] });
    const items = byDirection('items_total', 'Items, resent and duplicate ones included');
    const frames = byDirection('frames_total', 'Frames, heartbeats included');
    const bytes = byDirection('item_bytes_total', 'Bytes of the items in frames');
    this.sentItems = items.labels({ direction: 'sent' });
    this.sentFrames = frames.labels({ direction: 'sent' });
    this.sentBytes = bytes.labels({ direction: 'sent' });
    this.receivedItems = items.labels({ direction: 'received' });
    this.receivedFrames = frames.labels({ direction: 'received' });
    this.receivedBytes = bytes.labels({ direction: 'received' });
    const plain = (name: string, help: string) =>
      counterIn(registry, { name: `queqiao_link_${name}`, help });
    this.resentItems = plain('resent_items_total', 'Items written again after a reconnect');
    this.duplicateItems = plain('duplicate_items_total', 'Received items that were trimmed');
    this.lostItems = plain('lost_items_total', 'Items settled as lost');
    this.gaps = plain('gaps_total', 'Links broken because an item number was missing');
    this.frameItems = histogramIn(registry, {
      name: 'queqiao_link_frame_items',
      help: 'Items in one written frame that has any',
      buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024],
    });
    this.#overflows = counterIn(registry, {
      name: 'queqiao_link_overflows_total',
      help: 'Refused items (connect) or queues replaced by a resync (logic)',
      labelNames: ['reason'],
    });
    this.#streams = counterIn(registry, {
      name: 'queqiao_link_streams_total',
      help: 'What happened to streams',
      labelNames: ['event'],
    });
    const perPeer = (name: string, help: string) =>
      gaugeIn(registry, { name: `queqiao_link_${name}`, help, labelNames: ['peer'] });
    this.#pendingItems = perPeer('pending_items', 'Items without acknowledgement');
    this.#pendingBytes = perPeer('pending_bytes', 'Bytes without acknowledgement');
  }

  overflow(reason: 'full' | 'stalled'): void {
    this.#overflows.inc({ reason });
  }

  stream(event: StreamEvent): void {
    this.#streams.inc({ event });
  }

  pending(peer: string, items: number, bytes: number): void {
    this.#pendingItems.set({ peer }, items);
    this.#pendingBytes.set({ peer }, bytes);
  }

  forget(peer: string): void {
    this.#pendingItems.remove({ peer });
    this.#pendingBytes.remove({ peer });
  }
}

/** How a call over the link ended; `late`: nobody waited for the result any more. */
export type CallOutcome = 'body' | 'error' | 'unavailable' | 'timeout' | 'refused' | 'late';

const CALL_BUCKETS_SECONDS = [
  0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30,
];

/** Calls over the link, seen from one end. */
export class CallMetrics {
  readonly inFlight: { inc(): void; dec(): void };
  readonly #seconds = new Map<CallOutcome, { observe(value: number): void }>();
  readonly #histogram;

  constructor(registry: Registry) {
    this.inFlight = gaugeIn(registry, {
      name: 'queqiao_link_calls_in_flight',
      help: 'Calls without an outcome yet',
    });
    this.#histogram = histogramIn(registry, {
      name: 'queqiao_link_call_seconds',
      help: 'Time from start to outcome of a call',
      labelNames: ['outcome'],
      buckets: CALL_BUCKETS_SECONDS,
    });
  }

  observe(outcome: CallOutcome, ms: number): void {
    let child = this.#seconds.get(outcome);
    if (child === undefined) {
      child = this.#histogram.labels({ outcome });
      this.#seconds.set(outcome, child);
    }
    child.observe(ms / 1000);
  }
}
