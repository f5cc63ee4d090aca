import { parseGroupId, type GroupId, type GroupOperation } from '@queqiao/domain';

import type { CallContext, Caller } from '../caller.js';
import { demand, noSuchGroup, type GroupStanding } from './group-rules.js';
import type { GroupMemberRecord, GroupReads, GroupRecord } from './read-ports.js';

/** A group as somebody sees it. */
export interface GroupView {
  readonly group: GroupRecord;
  /** Null for strangers and back ends. */
  readonly self: GroupMemberRecord | null;
}

export function viewFor(caller: Caller, { group, members }: GroupStanding): GroupView {
  if (caller.kind !== 'user') return { group, self: null };
  return viewOf(group, members.get(caller.userId));
}

/** Announcements are for members. */
export function viewOf(group: GroupRecord, member: GroupMemberRecord | undefined): GroupView {
  if (member?.leftSeq === null) return { group, self: member };
  return { group: { ...group, announcement: '' }, self: null };
}

/**
 * The group with the caller's row, for who may do this there, by a plain read. Errors: INVALID_ARGUMENT, NOT_FOUND and what
 * the table of permissions says.
 */
export async function seeGroup(
  groups: Pick<GroupReads, 'groups' | 'members'>,
  { appId, caller }: Pick<CallContext, 'appId' | 'caller'>,
  given: string,
  operation: GroupOperation = 'see',
): Promise<GroupStanding & { readonly groupId: GroupId }> {
  const groupId = parseGroupId(given);
  const [group] = await groups.groups(appId, [groupId]);
  if (group === undefined) throw noSuchGroup();
  const own = caller.kind === 'user' ? [caller.userId] : [];
  const rows = await groups.members(appId, groupId, own);
  const members = new Map(rows.map((row) => [row.userId, row]));
  const standing = { groupId, group, members };
  demand(operation, caller, standing);
  return standing;
}
