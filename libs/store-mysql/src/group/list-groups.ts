import { HEAD_FLAGS, type AppId, type UserId } from '@queqiao/domain';
import { sql, type RawBuilder } from 'kysely';
import type { ConversationMode } from '../append-types.js';
import type { OwnGroup, OwnGroupsQuery } from '../group-read-types.js';
import type { StoreContext } from '../store-context.js';
import { toGroup, toGroupMember, type GroupRow, type MemberRow } from './group-rows.js';

/** One row holds group, head and member; what both tables call the same goes by other names. */
export type OwnGroupRow = GroupRow &
  Omit<MemberRow, 'name' | 'user_id'> & { member_name: string; mode: ConversationMode };

/**
 * A walk along the user's own rows, which the primary key keeps together, with two look-ups for each of those in groups. The
 * groups of one user bound it, and the place of the last page shortens it.
 */
export function ownGroups({
  appId,
  userId,
  role,
  afterGroupId,
  limit,
}: OwnGroupsQuery): RawBuilder<OwnGroupRow> {
  const ofRole = role === undefined ? sql`` : sql`AND m.role = ${role}`;
  return sql<OwnGroupRow>`
    SELECT STRAIGHT_JOIN g.*, c.flags, c.mode, m.role, m.name AS member_name, m.muted_until_ms, m.joined_ms, m.inviter_id, m.left_seq
    FROM members m FORCE INDEX (PRIMARY)
    JOIN conversations c FORCE INDEX (PRIMARY) ON c.app_id = m.app_id AND c.conversation_id = m.conversation_id
    JOIN group_info g FORCE INDEX (PRIMARY) ON g.app_id = m.app_id AND g.conversation_id = m.conversation_id
    WHERE m.app_id = ${appId} AND m.user_id = ${userId} AND m.conversation_id > ${`g:${afterGroupId}`}
    AND m.conversation_id < 'g;' AND m.left_seq IS NULL ${ofRole}
    AND c.flags & ${HEAD_FLAGS.dissolved} = 0
    ORDER BY m.conversation_id LIMIT ${limit}`;
}

export async function listOwnGroups(
  { kysely }: StoreContext,
  query: OwnGroupsQuery,
): Promise<OwnGroup[]> {
  const { rows } = await ownGroups(query).execute(kysely);
  return rows.map((row) => ({
    group: toGroup(row),
    self: toGroupMember({ ...row, user_id: query.userId, name: row.member_name }),
  }));
}

/** Rows of one user in some groups, by primary key. */
export function ownRows(
  appId: AppId,
  userId: UserId,
  conversationIds: readonly string[],
): RawBuilder<MemberRow & { conversation_id: GroupRow['conversation_id'] }> {
  return sql`SELECT conversation_id, user_id, role, name, muted_until_ms, joined_ms, inviter_id, left_seq
    FROM members FORCE INDEX (PRIMARY) WHERE app_id = ${appId} AND user_id = ${userId}
    AND conversation_id IN (${sql.join([...conversationIds])})`;
}
