export interface DeliveryLimits {
  /** Commits whose readers are being looked up. Above it a commit is left to the recovery. */
  readonly maxBatches: number;
  /** Signals and messages that are not stored whose readers are being looked up. Above it they are dropped. */
  readonly maxTransients: number;
  /** Conversations of the member cache. */
  readonly maxCachedLists: number;
  /** Members over all lists of the member cache; a list above a tenth of it is not kept. */
  readonly maxCachedMembers: number;
  /** Ids of one deletion of dispatch rows. */
  readonly maxSettleBatch: number;
  /** Settled rows that wait for their deletion. Above it they are left to the recovery, which pushes once more. */
  readonly maxSettlePending: number;
  /** How long a settled row waits for company. */
  readonly settleDelayMs: number;
  /** Losses of one node within this time share one resync row. */
  readonly resyncWindowMs: number;
  /** How often due rows are claimed. */
  readonly recoveryTickMs: number;
  /** Rows of one claim. */
  readonly claimPage: number;
  /** Rows claimed in one tick: the rate cap. */
  readonly maxClaimsPerTick: number;
  /** Conversations and states that a recovery reads at the same time. */
  readonly recoveryReads: number;
  /** Ticks between two looks at the whole backlog. */
  readonly backlogEveryTicks: number;
  /** How long a stop waits for acknowledgements of what was sent. */
  readonly stopWaitMs: number;
}

export const DEFAULT_DELIVERY_LIMITS: DeliveryLimits = {
  maxBatches: 256,
  maxTransients: 512,
  maxCachedLists: 50_000,
  maxCachedMembers: 1_000_000,
  maxSettleBatch: 500,
  maxSettlePending: 20_000,
  settleDelayMs: 100,
  resyncWindowMs: 1_000,
  recoveryTickMs: 1_000,
  claimPage: 100,
  maxClaimsPerTick: 500,
  recoveryReads: 8,
  backlogEveryTicks: 10,
  stopWaitMs: 2_000,
};
