export interface AppendLimits {
  /** Commits in flight at once, each for its own share of the conversations; one more may wait for locks: `lanes + 1` connections. */
  readonly lanes: number;
  /** Entries of one transaction; 1 turns batching off. */
  readonly maxBatch: number;
  /** Bytes of one transaction, below what the log takes in one batch. A larger entry is refused. */
  readonly maxBatchBytes: number;
  /** Users named by the entries of one transaction, each a row that it locks; above what one entry may name. */
  readonly maxBatchMentions: number;
  /** Entries that wait for a batch, over all lanes. Above it: UNAVAILABLE at once; an app above its share of it: RATE_LIMITED. */
  readonly maxQueuedItems: number;
  /** Bytes that wait for a batch, likewise. */
  readonly maxQueuedBytes: number;
  /** Batches that may pass over a conversation whose head is locked elsewhere before one waits for the lock. */
  readonly maxMisses: number;
  /** Runs of one batch (and of one making of heads) before its callers are told UNAVAILABLE. */
  readonly maxAttempts: number;
  readonly retryBaseMs: number;
  readonly retryMaxMs: number;
  /** Hint to callers that were turned away. */
  readonly retryAfterMs: number;
  /** How long this node has to push a batch before others may claim it. */
  readonly dispatchDelayMs: number;
}

export const DEFAULT_APPEND_LIMITS: AppendLimits = {
  lanes: 1,
  maxBatch: 256,
  maxBatchBytes: 1_400_000,
  maxBatchMentions: 500,
  maxQueuedItems: 20_000,
  maxQueuedBytes: 64 * 1024 * 1024,
  maxMisses: 3,
  maxAttempts: 6,
  retryBaseMs: 50,
  retryMaxMs: 1_000,
  retryAfterMs: 1_000,
  dispatchDelayMs: 3_000,
};
