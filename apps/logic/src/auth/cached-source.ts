import { counterIn, type Clock, type Counter, type Registry } from '@queqiao/runtime';

export interface CachedSourceOptions {
  /** Label of the metric. */
  readonly name: string;
  /** Entries kept; the oldest one leaves first. */
  readonly maxEntries: number;
  /** How long a found value is believed, in milliseconds: the longest that a change elsewhere goes unnoticed. */
  readonly ttlMs: number;
  /** The same for "there is none", so that a prober cannot turn misses into database load. */
  readonly missTtlMs: number;
}

interface Slot<Value> {
  readonly value: Promise<Value | null>;
  expiresAt: number;
}

/**
 * A bounded, time-limited cache in front of an indexed read. Concurrent reads of one key share one load; a failed load is not
 * kept. Keys are joined by a colon, which no id contains.
 */
export class CachedSource<Key extends readonly string[], Value> {
  readonly #slots = new Map<string, Slot<Value>>();
  readonly #reads: Counter<'cache' | 'result'>;

  constructor(
    readonly load: (...key: Key) => Promise<Value | null>,
    readonly options: CachedSourceOptions,
    readonly deps: { readonly clock: Clock; readonly metrics: Registry },
  ) {
    this.#reads = readsCounter(deps.metrics);
  }

  /** Rejects with whatever the load rejects with. */
  async get(...key: Key): Promise<Value | null> {
    const name = key.join(':');
    const slot = this.#slots.get(name);
    if (slot && slot.expiresAt > this.deps.clock.monotonic()) {
      this.#reads.inc({ cache: this.options.name, result: 'hit' });
      return slot.value;
    }
    this.#reads.inc({ cache: this.options.name, result: 'load' });
    return this.#fill(name, key);
  }

  /** Forgets everything: the next reads see the database. */
  clear(): void {
    this.#slots.clear();
  }

  async #fill(name: string, key: Key): Promise<Value | null> {
    const { maxEntries, ttlMs, missTtlMs } = this.options;
    const now = this.deps.clock.monotonic();
    const fresh: Slot<Value> = { value: this.load(...key), expiresAt: now + ttlMs };
    this.#slots.delete(name);
    this.#slots.set(name, fresh);
    if (this.#slots.size > maxEntries) {
      const oldest = this.#slots.keys().next();
      if (!oldest.done) this.#slots.delete(oldest.value);
    }
    try {
      const value = await fresh.value;
      if (value === null) fresh.expiresAt = now + missTtlMs;
      return value;
    } catch (error) {
      if (this.#slots.get(name) === fresh) this.#slots.delete(name);
      throw error;
    }
  }
}

function readsCounter(metrics: Registry): Counter<'cache' | 'result'> {
  return counterIn(metrics, {
    name: 'queqiao_cache_reads_total',
    help: 'Reads of the caches in front of the database',
    labelNames: ['cache', 'result'],
  });
}
