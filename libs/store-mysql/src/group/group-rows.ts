import {
  describeConversation,
  groupConversationId,
  HEAD_FLAGS,
  type AppId,
  type ConversationId,
  type GroupId,
  type UserId,
} from '@queqiao/domain';
import type { Kysely, Selectable } from 'kysely';
import type { ConversationMode } from '../append-types.js';
import { StoreDefect } from '../errors.js';
import type { GroupMemberRecord, GroupRecord } from '../group-read-types.js';
import type { GroupInfoTable } from '../schema/groups.js';
import type { MembersTable } from '../schema/members.js';
import type { Schema } from '../schema/schema.js';

export type GroupRow = Selectable<GroupInfoTable> & { flags: number; mode: ConversationMode };

export function toGroup(row: GroupRow): GroupRecord {
  return {
    groupId: groupIdOf(row.conversation_id),
    conversationId: row.conversation_id,
    ownerId: row.owner_id,
    name: row.name,
    avatarUrl: row.avatar_url,
    introduction: row.introduction,
    announcement: row.announcement,
    extra: row.extra,
    joinMode: row.join_mode,
    visibility: row.visibility,
    history: row.history,
    inviteRight: row.invite_right,
    memberCount: row.member_count,
    adminCount: row.admin_count,
    allMuted: (row.flags & HEAD_FLAGS.allMuted) !== 0,
    dissolved: (row.flags & HEAD_FLAGS.dissolved) !== 0,
    mode: row.mode,
    createdMs: row.created_ms,
  };
}

export function groupIdOf(conversationId: ConversationId): GroupId {
  const ref = describeConversation(conversationId);
  if (ref?.kind !== 'group') throw new StoreDefect('a group has the id of something else');
  return ref.group;
}

export function readGroupRows(
  db: Kysely<Schema>,
  appId: AppId,
  groupIds: readonly GroupId[],
): Promise<GroupRow[]> {
  if (groupIds.length === 0) return Promise.resolve([]);
  return db
    .selectFrom('group_info as g')
    .innerJoin('conversations as c', (join) =>
      join.onRef('c.app_id', '=', 'g.app_id').onRef('c.conversation_id', '=', 'g.conversation_id'),
    )
    .selectAll('g')
    .select(['c.flags', 'c.mode'])
    .where('g.app_id', '=', appId)
    .where('g.conversation_id', 'in', groupIds.map(groupConversationId))
    .execute();
}

const MEMBER_COLUMNS = [
  'user_id',
  'role',
  'name',
  'muted_until_ms',
  'joined_ms',
  'inviter_id',
  'left_seq',
] as const;

export type MemberRow = Pick<Selectable<MembersTable>, (typeof MEMBER_COLUMNS)[number]>;

export function toGroupMember(row: MemberRow): GroupMemberRecord {
  return {
    userId: row.user_id,
    role: row.role,
    name: row.name,
    mutedUntilMs: row.muted_until_ms,
    joinedMs: row.joined_ms,
    inviterId: row.inviter_id,
    leftSeq: row.left_seq,
  };
}

export async function readGroupMembers(
  db: Kysely<Schema>,
  appId: AppId,
  conversationId: ConversationId,
  userIds: readonly UserId[],
): Promise<GroupMemberRecord[]> {
  if (userIds.length === 0) return [];
  const rows = await db
    .selectFrom('members')
    .select(MEMBER_COLUMNS)
    .where('app_id', '=', appId)
    .where('user_id', 'in', [...new Set(userIds)])
    .where('conversation_id', '=', conversationId)
    .execute();
  return rows.map(toGroupMember);
}

/** Owner and admins, by the index of roles. */
export async function readManagers(
  db: Kysely<Schema>,
  appId: AppId,
  conversationId: ConversationId,
): Promise<UserId[]> {
  const rows = await db
    .selectFrom('members')
    .select('user_id')
    .where('app_id', '=', appId)
    .where('conversation_id', '=', conversationId)
    .where('left_seq', 'is', null)
    .where('role', 'in', ['owner', 'admin'])
    .execute();
  return rows.map((row) => row.user_id);
}
