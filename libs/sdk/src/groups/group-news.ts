import { GroupRole, type Group, type GroupMember } from '@queqiao/protocol/client';
import type { GroupEntry, GroupEntryKind } from './group-events.js';
import type { MemberList } from './member-list.js';

/** An entry of a group's log, as it was told. */
export type GroupNews = {
  readonly [Kind in GroupEntryKind]: { readonly kind: Kind; readonly entry: GroupEntry<Kind> };
}[GroupEntryKind];

/** What an entry makes of a group, and what has to be asked because it does not say. */
export interface NewsEffect {
  readonly group: Group | undefined;
  readonly askGroup: boolean;
  /** Whom it is about. */
  readonly userIds: readonly string[];
  /** Those of them of whom it does not say all. */
  readonly askIds: readonly string[];
}

/** Changes the list in place, and says what the group is from now on. */
export function applyToGroup(
  group: Group | undefined,
  list: MemberList,
  news: GroupNews,
  meId: string,
): NewsEffect {
  const said = { group, askGroup: false, userIds: [], askIds: [] };
  const patch = (userIds: readonly string[], change: Partial<GroupMember>): NewsEffect => {
    list.patch(userIds, change);
    return { ...said, group: withSelf(group, userIds, change, meId), userIds };
  };
  switch (news.kind) {
    case 'groupCreated':
      return { ...said, askGroup: true };
    case 'membersJoined': {
      const { userIds } = news.entry;
      return { ...said, askGroup: true, userIds, askIds: userIds };
    }
    case 'membersLeft':
      list.drop(news.entry.userIds);
      return { ...said, askGroup: true, userIds: news.entry.userIds };
    case 'roleChanged':
      return patch(news.entry.userIds, { role: news.entry.role });
    case 'membersMuted':
      return patch(news.entry.userIds, { mutedUntilMs: news.entry.untilMs });
    case 'memberRenamed':
      return patch([news.entry.userId], { name: news.entry.name });
    case 'ownerChanged':
      return { ...said, ...ownerChanged(group, list, news.entry, meId) };
    case 'groupUpdated':
      return { ...said, group: group && { ...group, ...updated(news.entry) } };
    case 'groupDissolved':
      return { ...said, group: group && { ...group, dissolved: true } };
  }
}

/** The new owner may speak, whatever was before. */
function ownerChanged(
  group: Group | undefined,
  list: MemberList,
  { ownerId, previousOwnerId }: GroupEntry<'ownerChanged'>,
  meId: string,
): Pick<NewsEffect, 'group' | 'userIds'> {
  const owner = { role: GroupRole.OWNER, mutedUntilMs: 0 };
  const member = { role: GroupRole.MEMBER };
  list.patch([previousOwnerId], member);
  list.patch([ownerId], owner);
  const before = withSelf(group && { ...group, ownerId }, [previousOwnerId], member, meId);
  return {
    group: withSelf(before, [ownerId], owner, meId),
    userIds: [ownerId, previousOwnerId],
  };
}

function withSelf(
  group: Group | undefined,
  userIds: readonly string[],
  change: Partial<GroupMember>,
  meId: string,
): Group | undefined {
  if (group?.self === undefined || !userIds.includes(meId)) return group;
  return { ...group, self: { ...group.self, ...change } };
}

/** What the entry sets, and nothing of the entry itself. */
function updated(entry: GroupEntry<'groupUpdated'>): Partial<Group> {
  const { conversationId: _, groupId: _1, seq: _2, createdMs: _3, actorId: _4, ...patch } = entry;
  const set = Object.entries(patch).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set);
}
