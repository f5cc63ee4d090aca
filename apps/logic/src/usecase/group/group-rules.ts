import {
  DomainError,
  judgeGroup,
  mayActOn,
  type GroupActor,
  type GroupOperation,
  type GroupRefusal,
  type UserId,
} from '@queqiao/domain';

import type { Caller } from '../caller.js';
import type { GroupFacts, GroupMemberRecord } from './ports.js';

/** What the caller is in the group. */
export function groupActor(caller: Caller, facts: GroupFacts): GroupActor {
  if (caller.kind !== 'user') return 'app';
  const member = facts.members.get(caller.userId);
  if (member === undefined) return 'none';
  return member.leftSeq === null ? member.role : 'left';
}

/** Returns what the caller is. Throws what the table of permissions answers instead of yes. */
export function demand(operation: GroupOperation, caller: Caller, facts: GroupFacts): GroupActor {
  const actor = groupActor(caller, facts);
  const verdict = judgeGroup(operation, actor, facts.group);
  if (verdict === 'yes') return actor;
  throw new DomainError(verdict, MESSAGES[verdict], {
    field: verdict === 'NOT_FOUND' ? 'group_id' : '',
  });
}

const MESSAGES: Readonly<Record<GroupRefusal, string>> = {
  // As for a group that does not exist.
  NOT_FOUND: 'there is no such group',
  NOT_A_MEMBER: 'the caller is not in the group any more',
  DISSOLVED: 'the group has ended',
  MUTED: 'the group is muted',
  PERMISSION_DENIED: 'the group does not allow it',
};

/** The rows of these users as far as they are current members. */
export function currentMembers(
  facts: GroupFacts,
  userIds: readonly UserId[],
): (GroupMemberRecord & { readonly userId: UserId })[] {
  return userIds.flatMap((userId) => {
    const member = facts.members.get(userId);
    return member?.leftSeq === null ? [member] : [];
  });
}

/** Throws PERMISSION_DENIED naming the first of the targets that the actor may not act on. */
export function demandRank(
  actor: GroupActor,
  targets: readonly GroupMemberRecord[],
  field: string,
): void {
  const above = targets.find(({ role }) => !mayActOn(actor, role));
  if (above === undefined) return;
  throw new DomainError('PERMISSION_DENIED', `${above.userId} is not below the caller`, { field });
}
