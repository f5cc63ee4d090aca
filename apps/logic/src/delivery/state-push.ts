import { memberView, type AppId, type UserId } from '@queqiao/domain';
import type { StatePush, StoredMembership } from './ports.js';

/** A member's own state, and for current members of large groups what takes their sessions into them. */
export function statePush(appId: AppId, userId: UserId, stored: StoredMembership): StatePush {
  const { member, mode, leaveVersion } = stored;
  const view = memberView(member, stored);
  if (mode === 'routed' || member.leftSeq !== null) return { appId, userId, view };
  return { appId, userId, view, large: { joinedSeq: member.joinedSeq, leaveVersion } };
}
