import { DomainError } from '@queqiao/domain';
import { gaugeIn, type Clock, type Registry } from '@queqiao/runtime';
import type { Cancellation } from '../usecase/caller.js';

export interface TurnLimits {
  /** Label of the metric. */
  readonly kind: 'read' | 'change';
  /** Calls that run at a node at once. */
  readonly all: number;
  /** Of one app. */
  readonly perApp: number;
  /** Of one app, while others call too: those that began within BRISK_MS. Left out: as many as `perApp`. */
  readonly inCompany?: number;
}

/** Reads that run at a node at once: enough for all connections of its pool, and not more than those serve quickly. */
export const MAX_READS = 24;
/** Of one app: what is left is always there for another app at once. */
export const MAX_READS_PER_APP = 16;
/** The same of changes that do not go through the append writer, whose turns are its own. */
export const MAX_CHANGES = 16;
/** Of one app: more would only wait for connections, in the way of others. */
export const MAX_CHANGES_PER_APP = 8;
/** Of one app while another one calls: a burst of changes is worked off one after another, and is less in the way of others (ADR 23). */
export const MAX_CHANGES_IN_COMPANY = 1;
/** What runs for longer than that waits for a lock or a disk more than it computes, and no longer holds up the next one. */
export const BRISK_MS = 50;

interface Waiting {
  readonly signal: Cancellation;
  readonly begin: () => void;
  readonly giveUp: (error: DomainError) => void;
}

export interface CallTurnsDeps {
  readonly clock: Pick<Clock, 'setTimer'>;
  /** Whether another app than this one calls at present. */
  readonly hasCompany: (appId: string) => boolean;
  readonly metrics: Registry;
}

/**
 * Lets calls begin so that apps take turns: a call of one app waits for at most one other of each app, however many another app has
 * waiting. How many may wait is bounded by the calls of an app.
 */
export class CallTurns {
  /** In the order of their turns. */
  readonly #waiting = new Map<string, Waiting[]>();
  readonly #running = new Map<string, number>();
  /** Of those that run, the ones that began a moment ago. */
  readonly #brisk = new Map<string, number>();
  readonly #waitingGauge;
  #runningCount = 0;
  #waitingCount = 0;

  constructor(
    readonly limits: TurnLimits,
    private readonly deps: CallTurnsDeps,
  ) {
    this.#waitingGauge = gaugeIn(deps.metrics, {
      name: 'queqiao_api_waiting_calls',
      help: 'Calls that wait for others to end',
      labelNames: ['kind'],
    });
  }

  /** Rejects with DEADLINE_EXCEEDED when nobody waits any more as its turn comes, else with whatever `work` rejects with. */
  async run<T>(appId: string, signal: Cancellation, work: () => Promise<T>): Promise<T> {
    if (!this.#mayBegin(appId)) await this.#wait(appId, signal);
    else this.#begin(appId);
    const endBrisk = this.#watchBrisk(appId);
    try {
      return await work();
    } finally {
      endBrisk();
      this.#runningCount -= 1;
      count(this.#running, appId, -1);
      this.#next();
    }
  }

  #mayBegin(appId: string): boolean {
    const { all, perApp, inCompany = perApp } = this.limits;
    const ofApp = this.#running.get(appId) ?? 0;
    if (this.#runningCount >= all || ofApp >= perApp) return false;
    return (this.#brisk.get(appId) ?? 0) < inCompany || !this.deps.hasCompany(appId);
  }

  /** What it returns has to be called when the call ends. */
  #watchBrisk(appId: string): () => void {
    let brisk = true;
    const end = (): void => {
      if (brisk) count(this.#brisk, appId, -1);
      brisk = false;
    };
    if (this.limits.inCompany === undefined) return end;
    const timer = this.deps.clock.setTimer(BRISK_MS, () => {
      end();
      this.#next();
    });
    return () => {
      timer.cancel();
      end();
    };
  }

  /** Counted before it runs, so that whoever comes next knows of it. */
  #begin(appId: string): void {
    this.#runningCount += 1;
    count(this.#running, appId, 1);
    count(this.#brisk, appId, 1);
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
      this.#begin(appId);
      next.begin();
      return;
    }
  }
}

function count(of: Map<string, number>, appId: string, change: 1 | -1): void {
  const left = (of.get(appId) ?? 0) + change;
  if (left > 0) of.set(appId, left);
  else of.delete(appId);
}
