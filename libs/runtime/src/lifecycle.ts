import type { Clock } from './clock.js';
import type { Logger } from './logger.js';

export interface Component {
  readonly name: string;
  start?(): Promise<void> | void;
  stop?(): Promise<void> | void;
}

export interface StopReport {
  /** True when every component stopped without an error before the deadline. */
  readonly clean: boolean;
  /** Names of the components that failed or were not done in time. */
  readonly problems: readonly string[];
}

type State = 'new' | 'starting' | 'started' | 'stopping' | 'stopped';

/**
 * Starts components in the order in which they were added and stops them in reverse. Not reusable: start once, stop once;
 * further calls of stop get the same answer.
 */
export class Lifecycle {
  readonly #deps: { readonly clock: Clock; readonly logger: Logger };
  readonly #components: Component[] = [];
  readonly #started: Component[] = [];
  #state: State = 'new';
  #starting: Promise<void> | undefined;
  #stopping: Promise<StopReport> | undefined;

  constructor(deps: { clock: Clock; logger: Logger }) {
    this.#deps = deps;
  }

  get state(): State {
    return this.#state;
  }

  /** Only before start. */
  add(component: Component): this {
    if (this.#state !== 'new')
      throw new Error(`cannot add ${component.name}: already ${this.#state}`);
    this.#components.push(component);
    return this;
  }

  /** Rejects with the first failure, after what had started has been stopped in reverse. */
  start(): Promise<void> {
    if (this.#state !== 'new') return Promise.reject(new Error(`cannot start: ${this.#state}`));
    this.#state = 'starting';
    this.#starting = this.#startAll();
    return this.#starting;
  }

  /**
   * Stops in reverse within `deadlineMs` for all together. Past the deadline the rest is still told to stop, but no longer
   * waited for. Never rejects. Called during start, it lets the component being started finish and starts no further one.
   */
  stop(deadlineMs: number): Promise<StopReport> {
    this.#stopping ??= this.#stopAll(deadlineMs);
    return this.#stopping;
  }

  async #startAll(): Promise<void> {
    for (const component of this.#components) {
      try {
        if (this.#stopping) throw new Error('stopped while starting');
        await component.start?.();
        await this.#keep(component);
      } catch (error) {
        if (!this.#stopping) await this.#undoStart();
        throw new Error(`${component.name} did not start`, { cause: error });
      }
    }
    if (this.#state === 'starting') this.#state = 'started';
  }

  /** A start that outlasted the deadline of stop is undone here, because stop has gone by. */
  async #keep(component: Component): Promise<void> {
    if (this.#state === 'starting') this.#started.push(component);
    else await component.stop?.();
  }

  async #undoStart(): Promise<void> {
    this.#stopping = this.#stopStarted(Number.POSITIVE_INFINITY);
    await this.#stopping;
  }

  async #stopAll(deadlineMs: number): Promise<StopReport> {
    const endMs = this.#deps.clock.monotonic() + deadlineMs;
    if (this.#state === 'starting') {
      await this.#within(endMs, this.#starting ?? Promise.resolve()).catch(() => false);
    }
    return this.#stopStarted(endMs);
  }

  async #stopStarted(endMs: number): Promise<StopReport> {
    this.#state = 'stopping';
    const problems: string[] = [];
    for (let next = this.#started.pop(); next; next = this.#started.pop()) {
      const component = next;
      try {
        const done = await this.#within(endMs, (async () => component.stop?.())());
        if (done) continue;
        this.#deps.logger.warn({ component: component.name }, 'not stopped before the deadline');
      } catch (error) {
        this.#deps.logger.error({ component: component.name, err: error }, 'failed to stop');
      }
      problems.push(component.name);
    }
    this.#state = 'stopped';
    return { clean: problems.length === 0, problems };
  }

  /** True when `work` finished before `endMs` on the monotonic clock; its failure is passed on if it comes in time. */
  #within(endMs: number, work: Promise<unknown>): Promise<boolean> {
    if (endMs === Number.POSITIVE_INFINITY) return work.then(() => true);
    const leftMs = Math.max(0, endMs - this.#deps.clock.monotonic());
    return new Promise((resolve, reject) => {
      const timer = this.#deps.clock.setTimer(leftMs, () => resolve(false));
      work.then(() => resolve(true), reject).finally(() => timer.cancel());
    });
  }
}
