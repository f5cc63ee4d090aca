import { DomainError } from '@queqiao/domain';
import type { Clock } from '@queqiao/runtime';

/** Addresses remembered at a time; above it the one that came first in this minute is forgotten. */
export const MAX_ADDRESSES = 10_000;
const WINDOW_MS = 60_000;

/** At most so many requests from one address, or of one user, per minute, counted in fixed minutes. */
export class RateLimit {
  readonly #clock: Clock;
  readonly #perMinute: number;
  readonly #counts = new Map<string, number>();
  #windowStartMs: number;

  constructor(deps: { readonly clock: Clock }, options: { readonly perMinute: number }) {
    this.#clock = deps.clock;
    this.#perMinute = options.perMinute;
    this.#windowStartMs = deps.clock.monotonic();
  }

  get size(): number {
    return this.#counts.size;
  }

  /** Counts one request. Throws RATE_LIMITED with the time until the next minute. */
  take(address: string): void {
    const nowMs = this.#clock.monotonic();
    if (nowMs - this.#windowStartMs >= WINDOW_MS) {
      this.#counts.clear();
      this.#windowStartMs = nowMs;
    }
    const count = (this.#counts.get(address) ?? 0) + 1;
    if (count > this.#perMinute) {
      const retryAfterMs = Math.ceil(this.#windowStartMs + WINDOW_MS - nowMs);
      throw new DomainError('RATE_LIMITED', 'too many requests', {
        retryAfterMs,
      });
    }
    this.#counts.set(address, count);
    const [first] = this.#counts.keys();
    if (this.#counts.size > MAX_ADDRESSES && first !== undefined) this.#counts.delete(first);
  }
}
