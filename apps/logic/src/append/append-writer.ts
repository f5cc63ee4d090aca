import { DomainError } from '@queqiao/domain';
import { isWithinShare, type Clock, type Logger, type Registry } from '@queqiao/runtime';
import { appendMetrics, type AppendMetrics } from './append-metrics.js';
import { BatchRunner } from './batch-runner.js';
import { HeadGate } from './head-gate.js';
import { Lane } from './lane.js';
import { DEFAULT_APPEND_LIMITS, type AppendLimits } from './limits.js';
import { gaveUp, PendingAppend } from './pending-append.js';
import { judgeAppend } from './permission.js';
import type {
  AppendLog,
  AppendRequest,
  AppendResult,
  CommitFailure,
  CommittedBatch,
  HeadMaker,
  Judge,
} from './ports.js';

export interface AppendWriterDeps {
  readonly log: AppendLog;
  readonly heads: HeadMaker;
  readonly failureOf: (error: unknown) => CommitFailure;
  /** Told of every commit before its callers are answered; must not throw. */
  readonly onCommitted: (batch: CommittedBatch) => void;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
  /** `judgeAppend` when left out. */
  readonly judge?: Judge;
  /** How a batch waits for the end of the turn; setImmediate when left out. */
  readonly defer?: (fn: () => void) => void;
}

export interface AppendWriterOptions extends Partial<AppendLimits> {
  /** This node, as dispatch rows name it. */
  readonly owner: string;
}

interface Queued {
  items: number;
  bytes: number;
}

/**
 * Appends entries to the logs of conversations, many in one transaction. Entries of one conversation get their places in
 * the order of the calls, also when its head is locked elsewhere or a batch has to run again.
 */
export class AppendWriter {
  readonly #limits: AppendLimits;
  readonly #metrics: AppendMetrics;
  readonly #runner: BatchRunner;
  readonly #gate: HeadGate;
  readonly #lanes: Lane[];
  /** Waits for locks instead of passing over them, so that a lock that does not end stops no other conversation. */
  readonly #slow: Lane;
  /** Conversations that the slow lane serves now, with their unsettled entries there. */
  readonly #starved = new Map<string, number>();
  readonly #queuedByApp = new Map<string, Queued>();
  readonly #queued: Queued = { items: 0, bytes: 0 };
  #taken = 0;
  #draining = false;

  constructor(deps: AppendWriterDeps, options: AppendWriterOptions) {
    const limits = { ...DEFAULT_APPEND_LIMITS, ...options };
    this.#limits = limits;
    this.#metrics = appendMetrics(deps.registry);
    const { judge = judgeAppend, defer = setImmediate } = deps;
    this.#runner = new BatchRunner({ ...deps, judge, metrics: this.#metrics }, limits);
    this.#gate = new HeadGate({ ...deps, metrics: this.#metrics }, limits);
    const lane = (): Lane =>
      new Lane(
        {
          process: (batch, from) => this.#process(batch, from),
          onTaken: (items) => this.#count(items, -1),
          onAbandoned: (item) => this.#drop(item),
          defer: (fn) => {
            defer(fn);
          },
        },
        limits,
      );
    this.#lanes = Array.from({ length: Math.max(1, limits.lanes) }, lane);
    this.#slow = lane();
  }

  /**
   * Resolves when the entry is durably committed, with its place. Rejects with a DomainError: a refusal (nothing was
   * stored), or RATE_LIMITED, UNAVAILABLE, DEADLINE_EXCEEDED or INTERNAL (unknown: repeat with the same client_msg_id).
   */
  append(request: AppendRequest): Promise<AppendResult> {
    return new Promise((resolve, reject) => {
      const item: PendingAppend = new PendingAppend(
        request,
        (result) => resolve(this.#left(item, result)),
        (error) => reject(this.#left(item, error)),
      );
      const refusal = this.#admit(item);
      if (refusal) {
        this.#metrics.results.inc({ result: 'turned-away' });
        reject(refusal);
        return;
      }
      this.#taken += 1;
      this.#count([item], 1);
      if (this.#starved.has(item.key)) this.#pushSlow(item);
      else this.#laneOf(item.key).push(item);
    });
  }

  /** Entries that were ever taken, by whomever. */
  get taken(): number {
    return this.#taken;
  }

  /** Takes no more entries and resolves when all taken ones are settled. */
  async drain(): Promise<void> {
    this.#draining = true;
    // A lane may hand entries to the slow one as its last act, never the other way round.
    for (const lane of [...this.#lanes, this.#slow]) await lane.idle();
  }

  #admit(item: PendingAppend): DomainError | undefined {
    const { maxBatchBytes, maxQueuedItems, maxQueuedBytes, retryAfterMs } = this.#limits;
    if (item.bytes > maxBatchBytes) {
      return new DomainError('LIMIT_EXCEEDED', 'the content is too large', { field: 'content' });
    }
    if (this.#draining) return new DomainError('UNAVAILABLE', 'shutting down', { retryAfterMs });
    const items = this.#queued.items + 1;
    const bytes = this.#queued.bytes + item.bytes;
    const message = 'too many messages wait to be stored';
    const full = items > maxQueuedItems || bytes > maxQueuedBytes;
    if (full) return new DomainError('UNAVAILABLE', message, { retryAfterMs });
    const ofApp = this.#queuedByApp.get(item.request.appId);
    // Of what is left, one entry is for anybody.
    if (ofApp === undefined) return undefined;
    const hasItems = isWithinShare(ofApp.items + 1, items, maxQueuedItems);
    if (hasItems && isWithinShare(ofApp.bytes + item.bytes, bytes, maxQueuedBytes))
      return undefined;
    const field = hasItems ? 'maxQueuedBytes' : 'maxQueuedItems';
    return new DomainError('RATE_LIMITED', message, { field, retryAfterMs });
  }

  async #process(batch: readonly PendingAppend[], lane: Lane): Promise<void> {
    const { skipped, headless } = await this.#runner.run(batch, lane !== this.#slow);
    const ready = await this.#gate.open(headless);
    this.#putBack(ready, lane);
    const { maxMisses } = this.#limits;
    const starved = new Set<string>();
    if (lane !== this.#slow) {
      for (const item of skipped) if (item.misses >= maxMisses) starved.add(item.key);
    }
    this.#putBack(skipped, lane);
    for (const key of starved) this.#starve(key, lane);
  }

  /** Moves a conversation to the slow lane with everything that waits for it. */
  #starve(key: string, lane: Lane): void {
    this.#metrics.starved.inc();
    for (const item of lane.takeConversation(key)) this.#pushSlow(item);
  }

  #pushSlow(item: PendingAppend): void {
    item.slow = true;
    this.#starved.set(item.key, (this.#starved.get(item.key) ?? 0) + 1);
    this.#slow.push(item);
  }

  #putBack(items: readonly PendingAppend[], lane: Lane): void {
    this.#count(items, 1);
    lane.putBack(items);
  }

  #drop(item: PendingAppend): void {
    this.#metrics.results.inc({ result: 'dropped' });
    item.reject(gaveUp());
  }

  /** Called as an entry is settled: the last one returns its conversation from the slow lane. */
  #left<T>(item: PendingAppend, outcome: T): T {
    if (item.slow) {
      item.slow = false;
      const left = (this.#starved.get(item.key) ?? 1) - 1;
      if (left > 0) this.#starved.set(item.key, left);
      else this.#starved.delete(item.key);
    }
    return outcome;
  }

  #count(items: readonly PendingAppend[], sign: 1 | -1): void {
    for (const { bytes, request } of items) {
      const ofApp = this.#queuedByApp.get(request.appId) ?? { items: 0, bytes: 0 };
      for (const sum of [ofApp, this.#queued]) {
        sum.items += sign;
        sum.bytes += sign * bytes;
      }
      if (ofApp.items > 0) this.#queuedByApp.set(request.appId, ofApp);
      else this.#queuedByApp.delete(request.appId);
    }
    this.#metrics.queuedItems.set(this.#queued.items);
    this.#metrics.queuedBytes.set(this.#queued.bytes);
  }

  #laneOf(key: string): Lane {
    const { length } = this.#lanes;
    return this.#lanes[length === 1 ? 0 : hash(key) % length] as Lane;
  }
}

/** FNV-1a over UTF-16 units: spreads conversations over lanes, nothing else. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value >>> 0;
}
