import type { LinkLimits } from '@queqiao/link';

export interface LogicLinkOptions {
  /** This connect node. */
  readonly nodeId: string;
  readonly bootId: string;
  /** From dialling to the welcome. */
  readonly helloTimeoutMs: number;
  /** A dropped stream's numbering waits this long for its return. */
  readonly resumeWindowMs: number;
  /**
   * A dropped stream's calls wait this long, from the drop or since calls are no longer acknowledged; then they are better
   * repeated on another node than left to their timeout.
   */
  readonly lostCallMs: number;
  /** A stream is replaced at about this age (up to a fifth earlier), because GOAWAY does not end streams. */
  readonly maxStreamAgeMs: number;
  /** While a stream is being replaced, calls may be queued for this long without one. */
  readonly replaceGraceMs: number;
  readonly backoffBaseMs: number;
  readonly backoffMaxMs: number;
  /** A stream that lived this long resets the back-off. */
  readonly stableMs: number;
  readonly limits: Partial<LinkLimits>;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

export const DEFAULT_LOGIC_LINK_OPTIONS = {
  helloTimeoutMs: 3_000,
  resumeWindowMs: 30_000,
  lostCallMs: 2_000,
  maxStreamAgeMs: 60 * 60 * 1_000,
  replaceGraceMs: 1_000,
  backoffBaseMs: 100,
  backoffMaxMs: 2_000,
  stableMs: 5_000,
  // Calls are acknowledged at once: without that for so long they do not arrive, whatever comes from the other side.
  limits: { maxPendingItems: 20_000, maxPendingBytes: 32 * 1024 * 1024, ackStallMs: 6_000 },
  random: Math.random,
} as const satisfies Partial<LogicLinkOptions>;
