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
import type { GroupFacts } from './ports.js';
import type { GroupMemberRecord } from './read-ports.js';

/** As much of the facts as a permission depends on. */
export type GroupStanding = Pick<GroupFacts, 'group' | 'members'>;

/** What the caller is in the group. */
export function groupActor(caller: Caller, facts: GroupStanding): GroupActor {
  return caller.kind === 'user' ? actorIn(facts, caller.userId) : 'app';
}

export function actorIn(facts: GroupStanding, userId: UserId): GroupActor {
  const member = facts.members.get(userId);
  if (member === undefined) return 'none';
  return member.leftSeq === null ? member.role : 'left';
}

/** Returns what the caller is. Throws what the table of permissions answers instead of yes. */
export function demand(
  operation: GroupOperation,
  caller: Caller,
  facts: GroupStanding,
): GroupActor {
  const actor = groupActor(caller, facts);
  const verdict = judgeGroup(operation, actor, facts.group);
  if (verdict === 'yes') return actor;
  throw new DomainError(verdict, MESSAGES[verdict], {
    field: verdict === 'NOT_FOUND' ? 'group_id' : '',
  });
}

/** As to who may not know of a group; also where something of one's own is missing in it. */
export function noSuchGroup(): DomainError {
  return new DomainError('NOT_FOUND', MESSAGES.NOT_FOUND, { field: 'group_id' });
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
  facts: GroupStanding,
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

/** The row of one user. Throws NOT_FOUND naming the field for who is no member now. */
export function demandMember(
  facts: GroupStanding,
  userId: UserId,
  field: string,
): GroupMemberRecord {
  const member = facts.members.get(userId);
  if (member?.leftSeq === null) return member;
  throw new DomainError('NOT_FOUND', `${userId} is not in the group`, { field });
}
