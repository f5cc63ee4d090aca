import type { Clock, Timer } from './clock.js';

export interface PauseDetectorOptions {
  readonly clock: Clock;
  readonly tickMs: number;
  /** A gap longer than this between two ticks is a pause; must be above `tickMs`. */
  readonly thresholdMs: number;
  /** Called with the length of the gap, once the process runs again. */
  readonly onPause: (gapMs: number) => void;
}

/**
 * Notices that this process stood still (stopped, swapped out, blocked event loop, suspended machine): whoever relies on leases
 * must then assume that others have given it up. The wall clock counts too, because a suspended machine stops the monotonic
 * one; an adjusted wall clock may therefore be reported as a pause, which is harmless.
 */
export class PauseDetector {
  readonly #options: PauseDetectorOptions;
  #timer: Timer | undefined;
  #last = { monotonicMs: 0, wallMs: 0 };

  constructor(options: PauseDetectorOptions) {
    if (options.thresholdMs <= options.tickMs) throw new Error('thresholdMs must be above tickMs');
    this.#options = options;
  }

  start(): void {
    if (this.#timer) return;
    this.#last = this.#read();
    this.#timer = this.#options.clock.every(this.#options.tickMs, () => this.check(), {
      unref: true,
    });
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** Looks now instead of at the next tick; for callers about to rely on a lease. Does nothing while stopped. */
  check(): void {
    if (!this.#timer) return;
    const previous = this.#last;
    this.#last = this.#read();
    const gapMs = Math.max(
      this.#last.monotonicMs - previous.monotonicMs,
      this.#last.wallMs - previous.wallMs,
    );
    if (gapMs > this.#options.thresholdMs) this.#options.onPause(gapMs);
  }

  #read(): { monotonicMs: number; wallMs: number } {
    const { clock } = this.#options;
    return { monotonicMs: clock.monotonic(), wallMs: clock.now() };
  }
}
