import type { AppId } from '@queqiao/domain';
import {
  counterIn,
  gaugeIn,
  type Clock,
  type Logger,
  type Registry,
  type Timer,
} from '@queqiao/runtime';
import type { EventBell } from './event-bell.js';

/** How often is looked for what nobody was told of: its node is dead, or another one was at it. */
const TICK_MS = 1_000;
/** Commits of this time get their positions together. */
const GATHER_MS = 10;
/** Apps whose events a node puts in order at a time, each with a connection. */
export const SEQUENCER_MAX_APPS = 4;
/** Looks from one measuring of the backlog to the next. */
const BACKLOG_EVERY_TICKS = 10;

export interface EventRows {
  onWritten(listener: (appIds: readonly AppId[]) => void): void;
  /** Apps above `after` of which something waits; none: those were all. */
  waiting(after: string): Promise<readonly AppId[]>;
  /** Gives commits of an app their positions; null: another node is at it. */
  place(appId: AppId): Promise<{ readonly placed: number; readonly more: boolean } | null>;
  backlog(): Promise<{ readonly rows: number; readonly oldestMs: number }>;
}

export interface EventSequencerDeps {
  readonly rows: EventRows;
  readonly bell: Pick<EventBell, 'ring'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
}

/**
 * Gives the commits of each app their positions in the order of its events. Every node does it for what it wrote itself, at once,
 * and looks for what is left.
 */
export class EventSequencer {
  readonly #deps: EventSequencerDeps;
  readonly #metrics: ReturnType<typeof metricsIn>;
  readonly #wanted = new Set<AppId>();
  #tickTimer: Timer | undefined;
  #gatherTimer: Timer | undefined;
  #running: Promise<void> | undefined;
  #looking: Promise<void> | undefined;
  #ticks = 0;

  constructor(deps: EventSequencerDeps) {
    this.#deps = deps;
    this.#metrics = metricsIn(deps.registry);
  }

  start(): void {
    const { clock, rows } = this.#deps;
    rows.onWritten((appIds) => this.want(appIds));
    this.#tickTimer ??= clock.every(TICK_MS, () => {
      // A slow look makes the next ones wait rather than pile up.
      this.#looking ??= this.#tick().finally(() => (this.#looking = undefined));
    });
  }

  /** Resolves when what is under way has ended; what is left is another node's. */
  async stop(): Promise<void> {
    this.#tickTimer?.cancel();
    this.#tickTimer = undefined;
    this.#gatherTimer?.cancel();
    this.#gatherTimer = undefined;
    await Promise.all([this.#running, this.#looking]);
  }

  want(appIds: readonly AppId[]): void {
    for (const appId of appIds) this.#wanted.add(appId);
    if (this.#tickTimer === undefined || this.#running !== undefined) return;
    this.#gatherTimer ??= this.#deps.clock.setTimer(GATHER_MS, () => {
      this.#gatherTimer = undefined;
      this.#running ??= this.#workOff().finally(() => {
        this.#running = undefined;
        if (this.#wanted.size > 0) this.want([]);
      });
    });
  }

  async #tick(): Promise<void> {
    try {
      if (this.#ticks++ % BACKLOG_EVERY_TICKS === 0) await this.#measure();
      for (let after = ''; ;) {
        const found = await this.#deps.rows.waiting(after);
        if (found.length > 0) this.want(found);
        const last = found.at(-1);
        if (last === undefined) return;
        after = last;
      }
    } catch (error) {
      this.#warn(error, 'events that wait could not be looked for');
    }
  }

  async #workOff(): Promise<void> {
    const apps = [...this.#wanted];
    this.#wanted.clear();
    const worker = async (): Promise<void> => {
      for (let app = apps.pop(); app !== undefined; app = apps.pop()) await this.#place(app);
    };
    await Promise.all(Array.from({ length: SEQUENCER_MAX_APPS }, worker));
  }

  /** One step; an app with more waits for its next turn, so that it holds up no other. */
  async #place(appId: AppId): Promise<void> {
    try {
      const outcome = await this.#deps.rows.place(appId);
      // Whoever is at it may have begun before what is wanted here was committed.
      if (outcome === null || outcome.more) this.#wanted.add(appId);
      if (outcome === null || outcome.placed === 0) return;
      this.#metrics.placed.inc(outcome.placed);
      this.#deps.bell.ring(appId);
    } catch (error) {
      this.#warn(error, 'events could not be put in order');
    }
  }

  async #measure(): Promise<void> {
    const { rows, oldestMs } = await this.#deps.rows.backlog();
    this.#metrics.backlog.set(rows);
    this.#metrics.lag.set(oldestMs / 1_000);
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
    placed: counter('queqiao_event_placed_total', 'Commits that got their place among events'),
    failures: counter('queqiao_event_placing_failures_total', 'Attempts at that that failed'),
    backlog: gauge('queqiao_event_backlog_rows', 'Commits without a place among events'),
    lag: gauge('queqiao_event_lag_seconds', 'Age of the oldest of them'),
  };
}
