import type { Clock, Logger, Timer } from '@queqiao/runtime';

/** How often jobs that are due are looked for that nobody told of: those of nodes that are gone. */
const TICK_MS = 500;
/** Looks from one measuring of the backlog to the next. */
const BACKLOG_EVERY_TICKS = 20;

export interface DueJobRows<Job> {
  /** Of those that nobody works on. One of which nothing is heard is nobody's again after a while. */
  claimDue(claim: { readonly owner: string; readonly limit: number }): Promise<readonly Job[]>;
  /** One step; true when this node has nothing left to do with it. */
  advance(job: Job): Promise<boolean>;
  backlog(): Promise<{ readonly rows: number; readonly oldestDueMs: number }>;
}

interface Count {
  inc(): void;
}
interface Level {
  set(value: number): void;
}

export interface DueJobsDeps<Job> {
  readonly rows: DueJobRows<Job>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: {
    readonly steps: Count;
    readonly failures: Count;
    readonly backlog: Level;
    readonly lag: Level;
  };
}

export interface DueJobsOptions {
  readonly owner: string;
  /** Jobs that a node works on at a time; the others wait, or another node takes them. */
  readonly atOnce: number;
  /** What they are jobs of, in logs. */
  readonly of: string;
  /** A claim brings jobs of one app, and passes over apps that have theirs: one that ends makes room also when there was some. */
  readonly inTurns?: boolean;
}

/**
 * Works on jobs that stand in a table. A job is taken by one node at a time, and by another one once its node has done no step for a
 * while; where it stands is committed with each step.
 */
export class DueJobs<Job> {
  readonly #deps: DueJobsDeps<Job>;
  #timer: Timer | undefined;
  readonly #working = new Set<Promise<void>>();
  #looking: Promise<void> | undefined;
  #nudged = false;
  /** Something may be due that was not claimed, as everything was busy. */
  #isFull = false;
  #ticks = 0;
  #measureDue = false;

  constructor(
    deps: DueJobsDeps<Job>,
    readonly options: DueJobsOptions,
  ) {
    this.#deps = deps;
  }

  start(): void {
    this.#timer ??= this.#deps.clock.every(TICK_MS, () => {
      if (this.#ticks % BACKLOG_EVERY_TICKS === 0) this.#measureDue = true;
      this.#ticks += 1;
      this.nudge();
    });
  }

  /** Something is due: looked for at once, or when the look under way ends. Returns at once, never throws. */
  nudge(): void {
    if (this.#timer === undefined) return;
    this.#nudged = true;
    // A slow look makes the next ones wait rather than pile up.
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
      if (this.#nudged) this.nudge();
    });
  }

  /** Resolves when the steps under way have ended; what is left of their jobs falls due again. */
  async stop(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    await this.#looking;
    await Promise.all(this.#working);
  }

  /** Never rejects: what fails is tried again later. */
  async #look(): Promise<void> {
    this.#nudged = false;
    try {
      if (this.#measureDue) await this.#measure();
      this.#measureDue = false;
      await this.#takeOn();
    } catch (error) {
      this.#warn(error, 'could not be claimed');
    }
  }

  /** As many as there is room for; a job that takes long keeps its own room, and holds up no other. */
  async #takeOn(): Promise<void> {
    const limit = this.options.atOnce - this.#working.size;
    const claim = { owner: this.options.owner, limit };
    const jobs = limit === 0 ? [] : await this.#deps.rows.claimDue(claim);
    for (const job of jobs) this.#begin(job);
    this.#isFull = jobs.length === limit || (this.options.inTurns === true && jobs.length > 0);
    // What ended meanwhile has left room.
    if (this.#isFull && this.#working.size < this.options.atOnce) this.#nudged = true;
  }

  #begin(job: Job): void {
    const work = this.#finish(job).finally(() => {
      this.#working.delete(work);
      if (this.#isFull || this.options.inTurns === true) this.nudge();
    });
    this.#working.add(work);
  }

  async #finish(job: Job): Promise<void> {
    try {
      while (this.#timer !== undefined) {
        const done = await this.#deps.rows.advance(job);
        this.#deps.metrics.steps.inc();
        if (done) return;
      }
    } catch (error) {
      this.#warn(error, 'could not be taken further');
    }
  }

  async #measure(): Promise<void> {
    const { rows, oldestDueMs } = await this.#deps.rows.backlog();
    this.#deps.metrics.backlog.set(rows);
    this.#deps.metrics.lag.set(oldestDueMs / 1_000);
  }

  #warn(error: unknown, what: string): void {
    this.#deps.metrics.failures.inc();
    const reason = error instanceof Error ? error.name : typeof error;
    this.#deps.logger.warn({ reason }, `jobs of ${this.options.of} ${what}`);
  }
}
