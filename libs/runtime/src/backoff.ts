export interface BackoffOptions {
  /** Upper bound of the first delay. */
  readonly baseMs: number;
  /** Upper bound of every delay. */
  readonly maxMs: number;
  /** Growth of the bound per attempt; 2 when left out. */
  readonly factor?: number;
  /** Uniform in [0, 1); Math.random when left out. */
  readonly random?: () => number;
}

/** Exponential back-off with full jitter: each delay is uniform between 0 and a bound that grows, so a herd spreads out. */
export class Backoff {
  readonly #options: BackoffOptions;
  #attempts = 0;

  constructor(options: BackoffOptions) {
    this.#options = options;
  }

  /** Delays handed out since the last reset. */
  get attempts(): number {
    return this.#attempts;
  }

  /** The next delay in whole milliseconds. */
  next(): number {
    const { baseMs, maxMs, factor = 2, random = Math.random } = this.#options;
    const boundMs = Math.min(maxMs, baseMs * factor ** this.#attempts);
    this.#attempts += 1;
    return Math.floor(random() * boundMs);
  }

  /** After a success: the next delay is small again. */
  reset(): void {
    this.#attempts = 0;
  }
}
