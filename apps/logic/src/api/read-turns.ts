import { DomainError } from '@queqiao/domain';
import { gaugeIn, type Registry } from '@queqiao/runtime';
import type { Cancellation } from '../usecase/caller.js';

/** Reads that run at a node at once: enough for all connections of its pool, and not more than those serve quickly. */
export const MAX_READS = 24;
/** Of one app: what is left is always there for another app at once. */
export const MAX_READS_PER_APP = 16;

interface Waiting {
  readonly signal: Cancellation;
  readonly begin: () => void;
  readonly giveUp: (error: DomainError) => void;
}

/**
 * Lets reads begin so that apps take turns: a read of one app waits for at most one other of its own before it, however many another
 * app has waiting. How many may wait is bounded by the calls of an app.
 */
export class ReadTurns {
  /** In the order of their turns. */
  readonly #waiting = new Map<string, Waiting[]>();
  readonly #running = new Map<string, number>();
  readonly #waitingReads;
  #runningReads = 0;
  #waitingCount = 0;

  constructor(metrics: Registry) {
    this.#waitingReads = gaugeIn(metrics, {
      name: 'queqiao_api_waiting_reads',
      help: 'Reads that wait for others to end',
    });
  }

  /** Rejects with DEADLINE_EXCEEDED when nobody waits any more as its turn comes, else with whatever `work` rejects with. */
  async run<T>(appId: string, signal: Cancellation, work: () => Promise<T>): Promise<T> {
    if (!this.#mayBegin(appId)) await this.#wait(appId, signal);
    else this.#count(appId, 1);
    try {
      return await work();
    } finally {
      this.#count(appId, -1);
      this.#next();
    }
  }

  #mayBegin(appId: string): boolean {
    const ofApp = this.#running.get(appId) ?? 0;
    return this.#runningReads < MAX_READS && ofApp < MAX_READS_PER_APP;
  }

  #wait(appId: string, signal: Cancellation): Promise<void> {
    return new Promise((begin, giveUp) => {
      const queue = this.#waiting.get(appId);
      if (queue === undefined) this.#waiting.set(appId, [{ signal, begin, giveUp }]);
      else queue.push({ signal, begin, giveUp });
      this.#waitingReads.set(++this.#waitingCount);
    });
  }

  /** Begins what may begin, an app after the other. */
  #next(): void {
    for (const [appId, queue] of this.#waiting) {
      if (!this.#mayBegin(appId)) continue;
      const next = queue.shift();
      this.#waiting.delete(appId);
      // Behind all others: it has had its turn.
      if (queue.length > 0) this.#waiting.set(appId, queue);
      if (next === undefined) continue;
      this.#waitingReads.set(--this.#waitingCount);
      if (next.signal.aborted) {
        next.giveUp(new DomainError('DEADLINE_EXCEEDED', 'the caller gave up before its turn'));
        continue;
      }
      this.#count(appId, 1);
      next.begin();
      return;
    }
  }

  #count(appId: string, change: 1 | -1): void {
    this.#runningReads += change;
    const running = (this.#running.get(appId) ?? 0) + change;
    if (running > 0) this.#running.set(appId, running);
    else this.#running.delete(appId);
  }
}
