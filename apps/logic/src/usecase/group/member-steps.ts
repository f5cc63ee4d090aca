import type { UserId } from '@queqiao/domain';

import type { NewEntry } from '../change/ports.js';
import type { GroupFacts, GroupStep } from './ports.js';

/** Large groups do not tell of every coming and going. */
function announced({ group }: GroupFacts, entry: NewEntry): GroupStep[] {
  return group.mode === 'routed' ? [{ op: 'entry', entry }] : [];
}

/** Beyond this many members a group is large; the announcement of those who make it so is the last one. */
export function growthSteps({ group }: GroupFacts, added: number, limit: number): GroupStep[] {
  const grows = group.mode === 'routed' && group.memberCount + added > limit;
  return grows ? [{ op: 'enlarge' }] : [];
}

/** The announcement is the first thing that newcomers see. */
export function joinSteps(
  facts: GroupFacts,
  userIds: readonly UserId[],
  { inviterId, entry }: { readonly inviterId: string; readonly entry: NewEntry },
): GroupStep[] {
  if (userIds.length === 0) return [];
  const seesFromStart = facts.group.history === 'all';
  const join: GroupStep = { op: 'join', userIds, role: 'member', inviterId, seesFromStart };
  return [join, ...announced(facts, entry)];
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
