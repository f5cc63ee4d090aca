import {
  counterIn,
  gaugeIn,
  type Clock,
  type Logger,
  type Registry,
  type Timer,
} from '@queqiao/runtime';

/** How often jobs that are due are looked for that nobody told of: those of nodes that are gone. */
const TICK_MS = 500;
/** Jobs that a node works on at a time, each with a connection; the others wait, or another node takes them. */
export const MOMENT_JOBS_MAX = 4;
/** Looks from one measuring of the backlog to the next. */
const BACKLOG_EVERY_TICKS = 20;

/** What it is about only its store knows. */
export interface MomentJob {
  readonly jobId: string;
}

export interface MomentJobRows {
  claimDue(claim: {
    readonly owner: string;
    readonly limit: number;
  }): Promise<readonly MomentJob[]>;
  /** One step; true when nothing is left to do. */
  advance(job: MomentJob): Promise<boolean>;
  backlog(): Promise<{ readonly rows: number; readonly oldestDueMs: number }>;
}

export interface MomentJobsDeps {
  readonly rows: MomentJobRows;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
}

/**
 * Brings posts into timelines, those of an author's friends and that of a new friend, tells users what concerns them, and erases what
 * was said under posts that are gone. A job is taken by one node at a time, and by another one once its node has done no step for a
 * while; where it stands is committed with each step.
 */
export class MomentJobs {
  readonly #deps: MomentJobsDeps;
  readonly #metrics: ReturnType<typeof metricsIn>;
  #timer: Timer | undefined;
  readonly #working = new Set<Promise<void>>();
  #looking: Promise<void> | undefined;
  #nudged = false;
  /** Something may be due that was not claimed, as everything was busy. */
  #isFull = false;
  #ticks = 0;
  #measureDue = false;

  constructor(
    deps: MomentJobsDeps,
    readonly options: { readonly owner: string },
  ) {
    this.#deps = deps;
    this.#metrics = metricsIn(deps.registry);
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
      this.#warn(error, 'jobs of timelines could not be claimed');
    }
  }

  /** As many as there is room for; a job that takes long keeps its own room, and holds up no other. */
  async #takeOn(): Promise<void> {
    const limit = MOMENT_JOBS_MAX - this.#working.size;
    const claim = { owner: this.options.owner, limit };
    const jobs = limit === 0 ? [] : await this.#deps.rows.claimDue(claim);
    for (const job of jobs) this.#begin(job);
    this.#isFull = jobs.length === limit;
    // What ended meanwhile has left room.
    if (this.#isFull && this.#working.size < MOMENT_JOBS_MAX) this.#nudged = true;
  }

  #begin(job: MomentJob): void {
    const work = this.#finish(job).finally(() => {
      this.#working.delete(work);
      if (this.#isFull) this.nudge();
    });
    this.#working.add(work);
  }

  async #finish(job: MomentJob): Promise<void> {
    try {
      while (this.#timer !== undefined) {
        const done = await this.#deps.rows.advance(job);
        this.#metrics.steps.inc();
        if (done) return;
      }
    } catch (error) {
      this.#warn(error, 'a job of timelines could not be taken further');
    }
  }

  async #measure(): Promise<void> {
    const { rows, oldestDueMs } = await this.#deps.rows.backlog();
    this.#metrics.backlog.set(rows);
    this.#metrics.lag.set(oldestDueMs / 1_000);
  }

  #warn(error: unknown, what: string): void {
    this.#metrics.failures.inc();
    const reason = error instanceof Error ? error.name : typeof error;
    this.#deps.logger.warn({ reason }, what);
  }
}

function metricsIn(registry: Registry) {
  const counter = (name: string, help: string) => counterIn(registry, { name, help });
  const gauge = (name: string, help: string) => gaugeIn(registry, { name, help });
  return {
    steps: counter('queqiao_moment_job_steps_total', 'Steps of jobs of timelines and notices'),
    failures: counter('queqiao_moment_job_failures_total', 'Claims and steps of them that failed'),
    backlog: gauge('queqiao_moment_job_backlog_rows', 'Jobs of timelines that are not finished'),
    lag: gauge('queqiao_moment_job_lag_seconds', 'How late the one is that was due first'),
  };
}
