/** Times and bounds of one end of a link; every value is in milliseconds, bytes or items as its name says. */
export interface LinkLimits {
  /** Items that wait for an acknowledgement, written or not. */
  readonly maxPendingItems: number;
  readonly maxPendingBytes: number;
  /** Target size of a frame; a single larger item still travels alone. Well below the 64 KB receive window. */
  readonly maxFrameBytes: number;
  /** The longest silence of this side. */
  readonly heartbeatMs: number;
  /** Silence of the other side after which the stream counts as dead. */
  readonly deadMs: number;
  /** Pending items without any acknowledgement for this long count as an overflow. */
  readonly ackStallMs: number;
  /** How long an acknowledgement may wait for a frame to travel on; 0: until the end of the event-loop turn. */
  readonly ackDelayMs: number;
  /** Received item bytes after which the acknowledgement does not wait. */
  readonly ackEveryBytes: number;
  /** How often heartbeat, silence and stall are looked at. */
  readonly tickMs: number;
}

export const DEFAULT_LINK_LIMITS: LinkLimits = {
  maxPendingItems: 50_000,
  maxPendingBytes: 32 * 1024 * 1024,
  maxFrameBytes: 32 * 1024,
  heartbeatMs: 2_000,
  deadMs: 6_000,
  ackStallMs: 10_000,
  ackDelayMs: 2,
  ackEveryBytes: 64 * 1024,
  tickMs: 500,
};
