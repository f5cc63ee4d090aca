import { counterIn, type Clock, type Counter, type Registry } from '@queqiao/runtime';

export interface CachedSourceOptions {
  /** Label of the metric. */
  readonly name: string;
  /** Values kept, and beside them as many "there is none"; the oldest one of its kind leaves first. */
  readonly maxEntries: number;
  /** How long a found value is believed, in milliseconds from when its read began: the longest that a change elsewhere goes unnoticed. */
  readonly ttlMs: number;
  /** The same for "there is none", so that a prober cannot turn misses into database load. */
  readonly missTtlMs: number;
}

interface Found<Value> {
  readonly value: Value;
  readonly expiresAt: number;
}

interface Load<Value> {
  readonly value: Promise<Value | null>;
  readonly startedAt: number;
}

/**
 * A bounded, time-limited cache in front of an indexed read. Concurrent reads of one key share one load; a failed load is not
 * kept. Keys are joined by a colon, which no id contains. Ages count from the beginning of a load, also for those that share it: no
 * `get` takes what was read longer ago than its time to live before that call.
 */
export class CachedSource<Key extends readonly string[], Value> {
  /** Those past their time too, until others need the place. */
  readonly #found = new Map<string, Found<Value>>();
  /** Apart, so that who asks for what is not there pushes nothing out that is. */
  readonly #missing = new Map<string, number>();
  readonly #loading = new Map<string, Load<Value>>();
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
    const now = this.deps.clock.monotonic();
    const known = this.#fresh(name, now);
    const load = this.#loading.get(name);
    const shared = load !== undefined && load.startedAt + this.options.ttlMs > now;
    const result = known !== undefined || shared ? 'hit' : 'load';
    this.#reads.inc({ cache: this.options.name, result });
    if (known !== undefined) return known;
    return shared ? load.value : this.#fill(name, key, now);
  }

  /** What `get` would answer without a load; undefined: nothing. */
  peek(...key: Key): Value | null | undefined {
    return this.#fresh(key.join(':'), this.deps.clock.monotonic());
  }

  /** Whether there was such a value the last time that anybody looked, however long ago. */
  hasSeen(...key: Key): boolean {
    return this.#found.has(key.join(':'));
  }

  #fresh(name: string, now: number): Value | null | undefined {
    const found = this.#found.get(name);
    if (found !== undefined && found.expiresAt > now) return found.value;
    const missingUntil = this.#missing.get(name);
    return missingUntil !== undefined && missingUntil > now ? null : undefined;
  }

  /** Forgets everything: the next reads see the database. */
  clear(): void {
    this.#found.clear();
    this.#missing.clear();
    this.#loading.clear();
  }

  async #fill(name: string, key: Key, startedAt: number): Promise<Value | null> {
    const load: Load<Value> = { value: this.load(...key), startedAt };
    this.#loading.set(name, load);
    try {
      const value = await load.value;
      // Not what was read before a later load began, or before everything was forgotten.
      if (this.#loading.get(name) === load) this.#keep(name, value, startedAt);
      return value;
    } finally {
      if (this.#loading.get(name) === load) this.#loading.delete(name);
    }
  }

  #keep(name: string, value: Value | null, startedAt: number): void {
    const { maxEntries, ttlMs, missTtlMs } = this.options;
    this.#found.delete(name);
    this.#missing.delete(name);
    if (value === null) keep(this.#missing, name, startedAt + missTtlMs, maxEntries);
    else keep(this.#found, name, { value, expiresAt: startedAt + ttlMs }, maxEntries);
  }
}

/** The oldest one makes room. */
function keep<Value>(
  entries: Map<string, Value>,
  name: string,
  value: Value,
  maxEntries: number,
): void {
  entries.set(name, value);
  if (entries.size <= maxEntries) return;
  const oldest = entries.keys().next();
  if (!oldest.done) entries.delete(oldest.value);
}

function readsCounter(metrics: Registry): Counter<'cache' | 'result'> {
  return counterIn(metrics, {
    name: 'queqiao_cache_reads_total',
    help: 'Reads of the caches in front of the database',
    labelNames: ['cache', 'result'],
  });
}
