import type { Clock, Timer } from '@queqiao/runtime';
import type { LogicCaller } from './logic-caller.js';
import type { PresenceMetrics } from './presence-metrics.js';

/** For so long a change waits for others of the same user: who comes back within it has not been away. */
export const PRESENCE_DELAY_MS = 1_000;
/** Users whose changes wait. Above it the one that waits longest is dropped: who watches learns of it by renewing. */
export const MAX_PENDING_PRESENCE = 50_000;
/** Users of one call, all of one app. */
export const PRESENCE_PER_CALL = 100;
/** Calls in flight; what they leave waits for the next tick. */
export const MAX_PRESENCE_CALLS = 4;
const TICK_MS = 200;

interface Pending {
  readonly appId: string;
  readonly userId: string;
  /** Monotonic. */
  readonly dueMs: number;
}

/**
 * Tells logic whose sessions have opened or ended here, once the directory's lines say so. Nothing is repeated: what a call
 * loses is lost.
 */
export class PresenceChanges {
  /** In the order of their first change, so of `dueMs`. */
  readonly #pending = new Map<string, Pending>();
  #calls = 0;
  #round = 0;
  #timer: Timer | undefined;

  constructor(
    private readonly deps: {
      readonly clock: Clock;
      readonly logic: Pick<LogicCaller, 'presenceChanged'>;
      readonly metrics: PresenceMetrics;
    },
  ) {}

  start(): void {
    this.#timer ??= this.deps.clock.every(TICK_MS, () => this.#tick());
  }

  /** What waits is given up. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  add({ appId, userId }: { readonly appId: string; readonly userId: string }): void {
    const key = `${appId} ${userId}`;
    if (this.#pending.has(key)) return;
    if (this.#pending.size >= MAX_PENDING_PRESENCE) this.#dropOldest();
    const dueMs = this.deps.clock.monotonic() + PRESENCE_DELAY_MS;
    this.#pending.set(key, { appId, userId, dueMs });
    this.#count();
  }

  /** Nothing waits any longer, because this node goes away. Resolves when all is told or lost. */
  async flush(): Promise<void> {
    while (this.#pending.size > 0) await this.#send(this.#take(Number.POSITIVE_INFINITY));
  }

  #tick(): void {
    const nowMs = this.deps.clock.monotonic();
    while (this.#calls < MAX_PRESENCE_CALLS) {
      const batch = this.#take(nowMs);
      if (batch.length === 0) return;
      void this.#send(batch);
    }
  }

  /** Of the app whose user waits longest, if that one is due. */
  #take(nowMs: number): Pending[] {
    const batch: Pending[] = [];
    for (const [key, pending] of this.#pending) {
      if (pending.dueMs > nowMs || batch.length >= PRESENCE_PER_CALL) break;
      if (batch[0] !== undefined && pending.appId !== batch[0].appId) continue;
      batch.push(pending);
      this.#pending.delete(key);
    }
    this.#count();
    return batch;
  }

  async #send(batch: readonly Pending[]): Promise<void> {
    const [first] = batch;
    if (first === undefined) return;
    this.#calls += 1;
    this.#round += 1;
    const request = { appId: first.appId, userIds: batch.map(({ userId }) => userId) };
    // Any node can do it; the number spreads the calls.
    const answer = await this.deps.logic.presenceChanged(`presence-${this.#round}`, request);
    this.#calls -= 1;
    if ('error' in answer) this.deps.metrics.failedCalls.inc();
  }

  #dropOldest(): void {
    const [oldest] = this.#pending.keys();
    if (oldest !== undefined) this.#pending.delete(oldest);
    this.deps.metrics.dropped.inc();
  }

  #count(): void {
    this.deps.metrics.pending.set(this.#pending.size);
  }
}
