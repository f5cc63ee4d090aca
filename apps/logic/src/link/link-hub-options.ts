import type { LinkLimits } from '@queqiao/link';

export interface LinkHubOptions {
  readonly nodeId: string;
  readonly bootId: string;
  /** Boots of connect nodes held at once; a further one is refused with RESOURCE_EXHAUSTED. */
  readonly maxNodes: number;
  /** An opened stream must say hello within this. */
  readonly helloTimeoutMs: number;
  /** A node counts as attached for this long after its stream dropped. */
  readonly reattachGraceMs: number;
  /** What a dropped stream left behind is kept for this long. */
  readonly resumeWindowMs: number;
  readonly sweepMs: number;
  /** A drain ends when no call has arrived for this long, none runs and everything is acknowledged. */
  readonly drainQuietMs: number;
  readonly limits: Partial<LinkLimits>;
}

export const DEFAULT_LINK_HUB_OPTIONS = {
  maxNodes: 1_024,
  helloTimeoutMs: 5_000,
  reattachGraceMs: 6_000,
  resumeWindowMs: 30_000,
  sweepMs: 1_000,
  drainQuietMs: 250,
  // Connect frees nothing but its resend buffer by our acknowledgements, so they may wait for a reply to ride on.
  limits: { ackDelayMs: 20 },
} as const satisfies Partial<LinkHubOptions>;
