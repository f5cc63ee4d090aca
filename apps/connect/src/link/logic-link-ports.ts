import type { LinkMetrics } from '@queqiao/link';
import type { Clock, Logger } from '@queqiao/runtime';
import type { LogicLink } from './logic-link.js';
import type { LogicDialer } from './logic-stream.js';

/** One boot of a logic node as the directory lists it. */
export interface LogicNode {
  readonly nodeId: string;
  readonly bootId: string;
  /** host:port of its link server. */
  readonly address: string;
}

/** Called synchronously; must not throw. */
export interface LogicLinkEvents {
  onItem(link: LogicLink, item: Uint8Array): void;
  /** A stream was welcomed, lost or asked to drain: `usable` and `attached` may have changed. */
  onChange(link: LogicLink): void;
  /**
   * The stream has been away, or silent, for so long that calls should not wait for it any more. None of them is sent again:
   * whoever called may repeat it on another node, and go on from there. May repeat until the stream is back.
   */
  onAway(link: LogicLink): void;
  /** Calls sent on this link will not be answered. `resync`: pushes may be missing too. */
  onReset(link: LogicLink, reason: string, resync: boolean): void;
  /** This boot does not exist any more; the link is closed. */
  onGone(link: LogicLink): void;
}

export interface LogicLinkDeps {
  readonly dialer: LogicDialer;
  readonly clock: Clock;
  readonly metrics: LinkMetrics;
  readonly logger: Logger;
  /** For tests; see LinkChannelDeps. */
  readonly defer?: (run: () => void) => void;
}
