/** How fast tokens come, and how many there are at most: what may be done at once after a quiet time. */
export interface RateLimit {
  /** Above 0; may be a fraction. */
  readonly perSecond: number;
  /** At least 1. */
  readonly burst: number;
}

export interface TokenSpend {
  /** Names the bucket; the same on every node. */
  readonly key: string;
  readonly limit: RateLimit;
  /** Tokens spent since the last report, at least 0. */
  readonly spent: number;
}

/** The buckets that all nodes share. */
export interface RateBuckets {
  /**
   * Charges what was spent, at most MAX_SPENDS at a time, and answers how many tokens each bucket has left, in the order asked
   * for; below zero more was spent than there was. Rejects with DirectoryUnavailable: whether it was charged is unknown, so it
   * must not be reported again.
   */
  spend(spends: readonly TokenSpend[]): Promise<number[]>;
}
