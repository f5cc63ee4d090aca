import { DomainError, type UserId } from '@queqiao/domain';

import type { AppRules } from '../app/ports.js';
import type { NewEntry } from '../change/ports.js';
import type { GroupFacts, GroupStep } from './ports.js';

/** Large groups do not tell of every coming and going. */
function announced({ group }: GroupFacts, entry: NewEntry): GroupStep[] {
  return group.mode === 'routed' ? [{ op: 'entry', entry }] : [];
}

interface Joining {
  readonly inviterId: string;
  readonly entry: NewEntry;
  readonly rules: Pick<AppRules, 'maxGroupMembers' | 'maxGroupsPerUser' | 'largeGroupMembers'>;
}

/**
 * The announcement is the first thing that newcomers see, and of those who make a group large the last one that there is.
 * Errors: LIMIT_EXCEEDED (maxGroupMembers).
 */
export function joinSteps(
  facts: GroupFacts,
  userIds: readonly UserId[],
  { inviterId, entry, rules }: Joining,
): GroupStep[] {
  if (userIds.length === 0) return [];
  const { maxGroupMembers, maxGroupsPerUser: maxGroups } = rules;
  const { history, memberCount, mode } = facts.group;
  const members = memberCount + userIds.length;
  if (members > maxGroupMembers) {
    throw new DomainError('LIMIT_EXCEEDED', `a group has at most ${maxGroupMembers} members`, {
      field: 'maxGroupMembers',
    });
  }
  const seesFromStart = history === 'all';
  const join = {
    op: 'join',
    userIds,
    role: 'member',
    inviterId,
    seesFromStart,
    maxGroups,
  } as const;
  const grows = mode === 'routed' && members > rules.largeGroupMembers;
  return [join, ...announced(facts, entry), ...(grows ? [{ op: 'enlarge' } as const] : [])];
}

/** The announcement is the last thing that leavers see. */
export function leaveSteps(
  facts: GroupFacts,
  userIds: readonly UserId[],
  entry: NewEntry,
): GroupStep[] {
  if (userIds.length === 0) return [];
  return [...announced(facts, entry), { op: 'leave', userIds }];
}
