import type { UserId } from '@queqiao/domain';
import type { ConversationKey, Origin } from '../append/index.js';
import type { DispatchTicket } from './dispatch-ticket.js';
import type { UserRef } from './ports.js';
import type { PushPayload } from './push-payload.js';

export interface LargeTarget extends ConversationKey {
  /** Who joined at or after it does not see it. */
  readonly seq: number;
  readonly leaveVersion: number;
}

export interface LargeJoinTarget extends ConversationKey {
  readonly userId: UserId;
  readonly joinedSeq: number;
  readonly leaveVersion: number;
}

/** One thing to show to all devices of some users. */
export interface Push {
  readonly payload: PushPayload;
  readonly users: readonly UserRef[];
  /** The session that caused it and knows already. */
  readonly origin?: Origin | undefined;
  /** The dispatch row that it belongs to. */
  readonly ticket: DispatchTicket;
  /** It is for the members of a large group: to every node, whatever users it has. `users` is empty. */
  readonly large?: LargeTarget | undefined;
  /** It tells one user about oneself in a large group: the user's sessions are taken into it first. */
  readonly joins?: LargeJoinTarget | undefined;
  /** Nothing stands behind it: its loss needs no resync. */
  readonly transient?: boolean;
}
