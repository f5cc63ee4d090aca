export interface BackoffOptions {
  /** Upper bound of the first delay, in milliseconds. */
  readonly baseMs: number;
  /** Upper bound of every delay, in milliseconds. */
  readonly maxMs: number;
}

export const DEFAULT_BACKOFF: BackoffOptions = { baseMs: 500, maxMs: 30_000 };

/** Full jitter: each delay is uniform between 0 and a bound that doubles, so that a herd spreads out. */
export class Backoff {
  #attempts = 0;

  constructor(
    private readonly options: BackoffOptions,
    private readonly random: () => number,
  ) {}

  next(): number {
    const boundMs = Math.min(this.options.maxMs, this.options.baseMs * 2 ** this.#attempts);
    this.#attempts = Math.min(this.#attempts + 1, 30);
    return Math.floor(this.random() * boundMs);
  }

  reset(): void {
    this.#attempts = 0;
  }
}
