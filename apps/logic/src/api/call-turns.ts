import { DomainError } from '@queqiao/domain';
import { gaugeIn, type Registry } from '@queqiao/runtime';
import type { Cancellation } from '../usecase/caller.js';

export interface TurnLimits {
  /** Label of the metric. */
  readonly kind: 'read' | 'change';
  /** Calls that run at a node at once. */
  readonly all: number;
  /** Of one app. */
  readonly perApp: number;
}

/** Reads that run at a node at once: enough for all connections of its pool, and not more than those serve quickly. */
export const MAX_READS = 24;
/** Of one app: what is left is always there for another app at once. */
export const MAX_READS_PER_APP = 16;
/** The same of changes that do not go through the append writer, whose turns are its own. */
export const MAX_CHANGES = 16;
/** Of one app: more would only wait for connections, in the way of others. */
export const MAX_CHANGES_PER_APP = 8;

interface Waiting {
  readonly signal: Cancellation;
  readonly begin: () => void;
  readonly giveUp: (error: DomainError) => void;
}

/**
 * Lets calls begin so that apps take turns: a call of one app waits for at most one other of each app, however many another app has
 * waiting. How many may wait is bounded by the calls of an app.
 */
export class CallTurns {
  /** In the order of their turns. */
  readonly #waiting = new Map<string, Waiting[]>();
  readonly #running = new Map<string, number>();
  readonly #waitingGauge;
  #runningCount = 0;
  #waitingCount = 0;

  constructor(
    readonly limits: TurnLimits,
    metrics: Registry,
  ) {
    this.#waitingGauge = gaugeIn(metrics, {
      name: 'queqiao_api_waiting_calls',
      help: 'Calls that wait for others to end',
      labelNames: ['kind'],
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
    return this.#runningCount < this.limits.all && ofApp < this.limits.perApp;
  }

  #wait(appId: string, signal: Cancellation): Promise<void> {
    return new Promise((begin, giveUp) => {
      const queue = this.#waiting.get(appId);
      if (queue === undefined) this.#waiting.set(appId, [{ signal, begin, giveUp }]);
      else queue.push({ signal, begin, giveUp });
      this.#waitingGauge.set({ kind: this.limits.kind }, ++this.#waitingCount);
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
      this.#waitingGauge.set({ kind: this.limits.kind }, --this.#waitingCount);
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
    this.#runningCount += change;
    const running = (this.#running.get(appId) ?? 0) + change;
    if (running > 0) this.#running.set(appId, running);
    else this.#running.delete(appId);
  }
}
