import type { RateLimit } from './rate-types.js';

/** What one node believes of one bucket, and has not told of it. */
export class RateAccount {
  /** Tokens spent since the last report. */
  unreported = 0;
  /** A report is under way, whose answer may say that others have spent. */
  reporting = false;
  #level: number;
  #at: number;
  /** Tokens that those refused lately were told to come back for. */
  #promised = 0;

  constructor(
    readonly key: string,
    public limit: RateLimit,
    now: number,
  ) {
    this.#level = limit.burst;
    this.#at = now;
  }

  /** Tokens at this time. */
  levelAt(now: number): number {
    const passedMs = now - this.#at;
    if (passedMs > 0) {
      const fresh = (passedMs * this.limit.perSecond) / 1_000;
      this.#level = Math.min(this.limit.burst, this.#level + fresh);
      this.#promised = Math.max(0, this.#promised - fresh);
      this.#at = now;
    }
    return this.#level;
  }

  spend(tokens: number): void {
    this.#level -= tokens;
    this.unreported += tokens;
  }

  /**
   * What the shared bucket holds after the report that is under way; what was spent since is not in it. It only takes: a node
   * never grants more than the limit lets one node, also when Redis has lost what it knew.
   */
  correct(level: number, now: number): void {
    this.#level = Math.min(this.levelAt(now), level - this.unreported);
  }

  /** Milliseconds until there is a token that nobody else was told to come back for. */
  promise(now: number): number {
    const missing = 1 - this.levelAt(now) + this.#promised;
    this.#promised += 1;
    return (missing / this.limit.perSecond) * 1_000;
  }
}
