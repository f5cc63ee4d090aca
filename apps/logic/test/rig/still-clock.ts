import {
  systemClock,
  type Clock,
  type Registry,
  type Timer,
  type TimerOptions,
} from '@queqiao/runtime';
import { eventually } from '@queqiao/testkit';

/**
 * The system's clock for a node under test. Told to, it lets the node rest: what the node does again and again by itself is not
 * begun, so that whatever it asks its database is asked for a call, or follows from what one has committed. Housekeeping goes on.
 */
export class StillClock implements Clock {
  /** Not even housekeeping is begun: for moments, since the server drops connections that are not kept alive. */
  still = false;
  #resting = false;
  #standsAtMs: number | undefined;

  readonly now = () => systemClock.now();
  readonly monotonic = () => this.#standsAtMs ?? systemClock.monotonic();
  readonly setTimer = (ms: number, fn: () => void, options?: TimerOptions): Timer =>
    systemClock.setTimer(ms, fn, options);
  readonly sleep = (ms: number, signal?: AbortSignal) => systemClock.sleep(ms, signal);

  every(ms: number, fn: () => void, options?: TimerOptions): Timer {
    // What keeps no process alive is housekeeping.
    const isWork = options?.unref !== true;
    const turn = (): void => {
      if (!this.still && !(isWork && this.#resting)) fn();
    };
    return systemClock.every(ms, turn, options);
  }

  /** Resolves when what the node with these metrics had begun by itself has ended. */
  async rest(metrics: Registry): Promise<void> {
    this.#resting = true;
    await eventually('the node rests', async () => {
      const pool = await metrics.getSingleMetric('queqiao_mysql_pool')?.get();
      const busy = pool?.values.filter(({ labels }) => labels['state'] !== 'idle') ?? [];
      return busy.every(({ value }) => value === 0);
    });
  }

  wake(): void {
    this.#resting = false;
  }

  /** No time passes: what is cached stays so. */
  stop(): void {
    this.#standsAtMs = systemClock.monotonic();
  }

  /** So much has passed at once, and no more does. */
  jump(ms: number): void {
    this.#standsAtMs = this.monotonic() + ms;
  }

  goOn(): void {
    this.#standsAtMs = undefined;
  }
}
