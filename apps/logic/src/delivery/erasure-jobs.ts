import {
  counterIn,
  gaugeIn,
  type Clock,
  type Logger,
  type Registry,
  type Timer,
} from '@queqiao/runtime';

/** How often erasures that are due are looked for that nobody told of: those of nodes that are gone. */
const TICK_MS = 1_000;
/** Looks from one measuring of the backlog to the next. */
const BACKLOG_EVERY_TICKS = 10;
/** Between two steps, so that the database has time for calls. */
const PAUSE_MS = 5;

/** Job is what only its store knows the inside of. */
export interface ErasureJobsDeps<Job> {
  readonly rows: {
    claim(owner: string): Promise<Job | null>;
    /** False: it is another node's. */
    save(job: Job, owner: string): Promise<boolean>;
    backlog(): Promise<{ readonly rows: number; readonly oldestDueMs: number }>;
  };
  /** One step. Null: nothing is to be done now. */
  readonly advance: (job: Job) => Promise<Job | null>;
  readonly isDone: (job: Job) => boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
}

/**
 * Erases users, one at a time on each node. Where a job stands is saved with each step; one of a node that is gone falls due again,
 * and is gone on with by whichever node looks first.
 */
export class ErasureJobs<Job> {
  readonly #deps: ErasureJobsDeps<Job>;
  readonly #metrics: ReturnType<typeof metricsIn>;
  #timer: Timer | undefined;
  #looking: Promise<void> | undefined;
  #nudged = false;
  #ticks = 0;

  constructor(
    deps: ErasureJobsDeps<Job>,
    readonly options: { readonly owner: string },
  ) {
    this.#deps = deps;
    this.#metrics = metricsIn(deps.registry);
  }

  start(): void {
    this.#timer ??= this.#deps.clock.every(TICK_MS, () => {
      if (this.#ticks % BACKLOG_EVERY_TICKS === 0) void this.#measure();
      this.#ticks += 1;
      this.nudge();
    });
  }

  /** Something is due: looked for at once, or when the job under way ends. Returns at once, never throws. */
  nudge(): void {
    if (this.#timer === undefined) return;
    this.#nudged = true;
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
  }

  /** Resolves when the step under way has ended; its job falls due again. */
  async stop(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    await this.#looking;
  }

  /** Never rejects: what fails is tried again later. */
  async #look(): Promise<void> {
    while (this.#nudged && this.#timer !== undefined) {
      this.#nudged = false;
      try {
        const job = await this.#deps.rows.claim(this.options.owner);
        if (job === null) continue;
        this.#nudged = true;
        await this.#finish(job);
      } catch (error) {
        this.#warn(error);
      }
    }
  }

  async #finish(claimed: Job): Promise<void> {
    const { rows, advance, isDone, clock } = this.#deps;
    let job: Job | null = claimed;
    while (this.#timer !== undefined) {
      job = await advance(job);
      this.#metrics.steps.inc();
      if (job === null || !(await rows.save(job, this.options.owner)) || isDone(job)) return;
      await clock.sleep(PAUSE_MS);
    }
  }

  async #measure(): Promise<void> {
    try {
      const { rows, oldestDueMs } = await this.#deps.rows.backlog();
      this.#metrics.backlog.set(rows);
      this.#metrics.lag.set(oldestDueMs / 1_000);
    } catch (error) {
      this.#warn(error);
    }
  }

  #warn(error: unknown): void {
    this.#metrics.failures.inc();
    const reason = error instanceof Error ? error.name : typeof error;
    this.#deps.logger.warn({ reason }, 'an erasure could not be taken further');
  }
}

function metricsIn(registry: Registry) {
  const counter = (name: string, help: string) => counterIn(registry, { name, help });
  const gauge = (name: string, help: string) => gaugeIn(registry, { name, help });
  return {
    steps: counter('queqiao_erasure_steps_total', 'Steps of erasures of users'),
    failures: counter('queqiao_erasure_failures_total', 'Claims and steps of them that failed'),
    backlog: gauge('queqiao_erasure_backlog_rows', 'Erasures that are not finished'),
    lag: gauge('queqiao_erasure_lag_seconds', 'How late the one is that was due first'),
  };
}
