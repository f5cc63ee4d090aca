import type { Clock, Logger, Registry, Timer } from '@queqiao/runtime';
import { BUCKET_COUNT } from './bucket.js';
import { leaseMetrics, type LeaseMetrics } from './directory-metrics.js';
import type { Directory, NodeIdentity, Reassert, ReassertReason } from './types.js';

const DEFAULT_TTL_MS = 15_000;
const DEFAULT_RENEW_MS = 5_000;
/** After a round that was not complete, in ms; also the wait after a reconnection during a round. */
const RETRY_MS = 1_000;
const ALL_BUCKETS: readonly number[] = Array.from({ length: BUCKET_COUNT }, (_, bucket) => bucket);

export type LeaseDirectory = Pick<
  Directory,
  | 'acquireLease'
  | 'renewLease'
  | 'releaseNode'
  | 'plantCanaries'
  | 'renewCanaries'
  | 'onReconnected'
>;

export interface NodeLeaseOptions extends NodeIdentity {
  /** host:port under which other nodes reach this one; empty when nobody dials it. */
  readonly address: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Registry;
  /** How long the node counts as alive after its last renewal. Default 15000. */
  readonly ttlMs?: number;
  /** Default 5000. */
  readonly renewMs?: number;
  /**
   * Called when other nodes may have dropped this node's lines, or Redis may have lost them: touch all sessions of the
   * buckets, pacing them and repeating those that fail. The lease is held again by then. Must not block.
   */
  readonly onReassert?: (reassert: Reassert) => void;
}

/**
 * Keeps a node's lease, and for connect nodes a canary in every bucket. A loss is reported once for every time that it
 * is found, after the lease or canary is back: whatever is asserted from then on is safe, or the next loss is found.
 */
export class NodeLease {
  readonly #directory: LeaseDirectory;
  readonly #options: NodeLeaseOptions;
  readonly #metrics: LeaseMetrics;
  /** Until taken, and from the moment that it was found lost: an unanswered attempt to take it does not count. */
  #leaseLost = true;
  readonly #lostBuckets: Set<number>;
  #reconnections = 0;
  #reconnectionsHandled = 0;
  #lastComplete = false;
  #timer: Timer | undefined;
  #round: Promise<void> | undefined;
  #stopListening: (() => void) | undefined;
  #running = false;

  constructor(directory: LeaseDirectory, options: NodeLeaseOptions) {
    this.#directory = directory;
    this.#options = options;
    this.#metrics = leaseMetrics(options.metrics);
    this.#lostBuckets = new Set(options.kind === 'connect' ? ALL_BUCKETS : []);
  }

  /** Resolves after the first attempt to take the lease, taken or not; goes on trying. Never rejects. */
  async start(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    this.#stopListening = this.#directory.onReconnected(() => this.#onReconnected());
    await this.#runRound(true);
  }

  /** Gives the lease up, so that others need not wait for its end. Never rejects. Idempotent. */
  async stop(): Promise<void> {
    if (!this.#running) return;
    this.#running = false;
    this.#timer?.cancel();
    this.#stopListening?.();
    await this.#round;
    await this.#directory
      .releaseNode(this.#options)
      .catch((error: unknown) => this.#failed('lease not given up', error));
  }

  #onReconnected(): void {
    this.#reconnections += 1;
    // While rounds fail or run, the next one is due soon anyway.
    if (this.#running && this.#lastComplete && !this.#round) this.#schedule(0);
  }

  #schedule(delayMs: number): void {
    this.#timer?.cancel();
    this.#timer = this.#options.clock.setTimer(delayMs, () => void this.#runRound(false));
  }

  async #runRound(first: boolean): Promise<void> {
    if (this.#round) return this.#round;
    this.#round = this.#renewAll(first);
    await this.#round;
    this.#round = undefined;
    if (!this.#running) return;
    const settled = this.#lastComplete && this.#reconnections === this.#reconnectionsHandled;
    this.#schedule(settled ? (this.#options.renewMs ?? DEFAULT_RENEW_MS) : RETRY_MS);
  }

  async #renewAll(first: boolean): Promise<void> {
    const reconnections = this.#reconnections;
    const lease = await this.#keepLease();
    const regained = await this.#keepCanaries();
    this.#lastComplete = !this.#leaseLost && regained.complete;
    const reconnected = reconnections > this.#reconnectionsHandled;
    if (this.#lastComplete) this.#reconnectionsHandled = reconnections;
    if (first) return;
    if (lease === 'regained') this.#report('lease-lost', ALL_BUCKETS);
    else if (reconnected && this.#lastComplete) this.#report('reconnected', ALL_BUCKETS);
    else if (regained.buckets.length > 0) this.#report('buckets-lost', regained.buckets);
  }

  async #keepLease(): Promise<'kept' | 'regained' | 'failed'> {
    const ttlMs = this.#options.ttlMs ?? DEFAULT_TTL_MS;
    try {
      if (!this.#leaseLost && (await this.#directory.renewLease(this.#options, ttlMs))) {
        return 'kept';
      }
      this.#leaseLost = true;
      await this.#directory.acquireLease(this.#options, this.#options.address, ttlMs);
      this.#leaseLost = false;
      return 'regained';
    } catch (error) {
      this.#failed('lease not renewed', error);
      return 'failed';
    }
  }

  async #keepCanaries(): Promise<{ complete: boolean; buckets: readonly number[] }> {
    if (this.#options.kind !== 'connect') return { complete: true, buckets: [] };
    const ttlMs = this.#options.ttlMs ?? DEFAULT_TTL_MS;
    const held = ALL_BUCKETS.filter((bucket) => !this.#lostBuckets.has(bucket));
    const renewed = await this.#directory.renewCanaries(this.#options, held, ttlMs);
    for (const bucket of renewed.lost) this.#lostBuckets.add(bucket);
    this.#metrics.lostBuckets.inc(renewed.lost.length);
    const missing = [...this.#lostBuckets];
    const planted = await this.#directory.plantCanaries(this.#options, missing, ttlMs);
    for (const bucket of planted.present) this.#lostBuckets.delete(bucket);
    const complete = renewed.unknown.length === 0 && this.#lostBuckets.size === 0;
    return { complete, buckets: planted.present };
  }

  #report(reason: ReassertReason, buckets: readonly number[]): void {
    this.#metrics.reasserts.inc({ reason });
    this.#options.logger.warn({ reason, buckets: buckets.length }, 'sessions must be asserted');
    try {
      this.#options.onReassert?.({ reason, buckets: new Set(buckets) });
    } catch (error) {
      this.#options.logger.error({ err: error }, 'asserting sessions failed');
    }
  }

  #failed(what: string, error: unknown): void {
    this.#options.logger.debug({ err: error }, what);
  }
}
