import { counterIn, gaugeIn, type Registry } from './metrics.js';

export interface BoundedQueueOptions<T> {
  /** The `queue` label of the metrics; many queues may share one name, and then the gauges show their sum. */
  readonly name: string;
  readonly maxItems: number;
  /** Limit of the sum of `sizeOf`; needs `sizeOf`. */
  readonly maxBytes?: number;
  readonly sizeOf?: (item: T) => number;
  readonly metrics?: Registry;
}

interface QueueMetrics {
  items(delta: number): void;
  bytes(delta: number): void;
  refused(): void;
}

/** Slots at the front that are freed before the array is cut: keeps `shift` O(1) on average. */
const COMPACT_AFTER = 1024;

/**
 * First in, first out, never above its limits: a full queue refuses the new item and the caller decides what that means.
 * One item larger than `maxBytes` is refused too. Throw a queue away only after `drain`, or its gauges keep the items.
 */
export class BoundedQueue<T> {
  readonly #options: BoundedQueueOptions<T>;
  readonly #metrics: QueueMetrics | undefined;
  #items: (T | undefined)[] = [];
  #head = 0;
  #bytes = 0;

  constructor(options: BoundedQueueOptions<T>) {
    if (options.maxBytes !== undefined && !options.sizeOf) {
      throw new Error(`queue ${options.name}: maxBytes needs sizeOf`);
    }
    this.#options = options;
    this.#metrics = options.metrics && queueMetrics(options.metrics, options.name);
  }

  get size(): number {
    return this.#items.length - this.#head;
  }

  /** Sum of `sizeOf` over the waiting items; 0 without `sizeOf`. */
  get bytes(): number {
    return this.#bytes;
  }

  /** False: the queue is full and the item was not taken. */
  push(item: T): boolean {
    const { maxItems, maxBytes, sizeOf } = this.#options;
    const bytes = sizeOf ? sizeOf(item) : 0;
    const full =
      this.size >= maxItems || (maxBytes !== undefined && this.#bytes + bytes > maxBytes);
    if (full) {
      this.#metrics?.refused();
      return false;
    }
    this.#items.push(item);
    this.#bytes += bytes;
    this.#metrics?.items(1);
    if (bytes > 0) this.#metrics?.bytes(bytes);
    return true;
  }

  /** The oldest item, left in place. */
  peek(): T | undefined {
    return this.#items[this.#head];
  }

  /** Takes the oldest item; undefined when empty. */
  shift(): T | undefined {
    return this.drain(1)[0];
  }

  /** Takes up to `limit` items (all when left out), oldest first. */
  drain(limit = Number.POSITIVE_INFINITY): T[] {
    const count = Math.min(limit, this.size);
    if (count <= 0) return [];
    const taken = this.#items.slice(this.#head, this.#head + count) as T[];
    this.#items.fill(undefined, this.#head, this.#head + count);
    this.#head += count;
    this.#compact();
    this.#account(taken);
    return taken;
  }

  #account(taken: T[]): void {
    this.#metrics?.items(-taken.length);
    const { sizeOf } = this.#options;
    if (!sizeOf) return;
    const bytes = taken.reduce((sum, item) => sum + sizeOf(item), 0);
    this.#bytes -= bytes;
    if (bytes > 0) this.#metrics?.bytes(-bytes);
  }

  #compact(): void {
    if (this.#head === this.#items.length) {
      this.#items = [];
      this.#head = 0;
    } else if (this.#head >= COMPACT_AFTER && this.#head * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
  }
}

function queueMetrics(registry: Registry, queue: string): QueueMetrics {
  const labelNames = ['queue'] as const;
  const items = gaugeIn(registry, {
    name: 'queqiao_queue_items',
    help: 'Items waiting',
    labelNames,
  });
  const bytes = gaugeIn(registry, {
    name: 'queqiao_queue_bytes',
    help: 'Bytes waiting',
    labelNames,
  });
  const refused = counterIn(registry, {
    name: 'queqiao_queue_refused_total',
    help: 'Items refused because the queue was full',
    labelNames,
  });
  const [itemsOf, bytesOf, refusedOf] = [
    items.labels(queue),
    bytes.labels(queue),
    refused.labels(queue),
  ];
  return {
    items: (delta) => itemsOf.inc(delta),
    bytes: (delta) => bytesOf.inc(delta),
    refused: () => refusedOf.inc(),
  };
}
