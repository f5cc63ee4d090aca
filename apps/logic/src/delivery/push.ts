import type { Origin } from '../append/index.js';
import type { DispatchTicket } from './dispatch-ticket.js';
import type { UserRef } from './ports.js';
import type { PushPayload } from './push-payload.js';

/** One thing to show to all devices of some users. */
export interface Push {
  readonly payload: PushPayload;
  readonly users: readonly UserRef[];
  /** The session that caused it and knows already. */
  readonly origin?: Origin | undefined;
  /** The dispatch row that it belongs to. */
  readonly ticket: DispatchTicket;
  /** Nothing stands behind it: its loss needs no resync. */
  readonly transient?: boolean;
}
