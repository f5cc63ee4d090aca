import { HEAD_FLAGS, type AppId, type ConversationId, type UserId } from '@queqiao/domain';
import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { Schema } from '../schema/schema.js';

/** Unread requests that are counted; more count as so many. */
export const UNREAD_MAX = 1_000;

/** Of a head (c): whether the group goes on, and whether it has ended. */
const GOES_ON = sql<boolean>`c.flags & ${sql.lit(HEAD_FLAGS.dissolved)} = 0`;
export const ENDED = sql<number>`(c.flags & ${sql.lit(HEAD_FLAGS.dissolved)}) <> 0 AS ended`;

export async function countUnreadInvitations(
  db: Kysely<Schema>,
  appId: AppId,
  userIds: readonly UserId[],
  nowMs: number | RawBuilder<number>,
): Promise<Map<UserId, number>> {
  const { rows } = await unreadInvitations(appId, userIds, nowMs).execute(db);
  return unreadByUser(rows);
}

export function unreadByUser(
  rows: readonly { readonly user_id: UserId; readonly unread: number }[],
): Map<UserId, number> {
  return new Map(rows.map((row) => [row.user_id, Math.min(row.unread, UNREAD_MAX)]));
}

export function unreadInvitations(
  appId: AppId,
  userIds: readonly UserId[],
  nowMs: number | RawBuilder<number>,
): RawBuilder<{ user_id: UserId; unread: number }> {
  return sql`SELECT STRAIGHT_JOIN i.user_id, COUNT(*) AS unread
    FROM group_invitations i FORCE INDEX (group_invitations_by_state)
    JOIN conversations c FORCE INDEX (PRIMARY) ON c.app_id = i.app_id AND c.conversation_id = i.conversation_id
    WHERE i.app_id = ${appId} AND i.user_id IN (${sql.join([...userIds])}) AND i.state = 'pending' AND i.is_read = 0
    AND i.expires_ms > ${nowMs} AND ${GOES_ON} GROUP BY i.user_id`;
}

/** Applications that came since the user saw them, to one group. */
export function unreadApplicationsTo(
  appId: AppId,
  conversationId: ConversationId,
  sinceMs: number,
): RawBuilder<{ unread: number }> {
  return sql`SELECT COUNT(*) AS unread FROM (
    SELECT 1 FROM group_applications a FORCE INDEX (group_applications_by_state)
    WHERE a.app_id = ${appId} AND a.conversation_id = ${conversationId} AND a.state = 'pending'
    AND a.created_ms > ${sinceMs} LIMIT ${sql.lit(UNREAD_MAX)}) k`;
}

/** The same for every group that the user governs and that goes on. */
export function unreadApplicationsFor(
  appId: AppId,
  userId: UserId,
  sinceMs: number,
): RawBuilder<{ unread: number }> {
  return sql`SELECT COUNT(*) AS unread FROM (
    SELECT STRAIGHT_JOIN 1 FROM members m FORCE INDEX (PRIMARY)
    JOIN conversations c FORCE INDEX (PRIMARY) ON c.app_id = m.app_id AND c.conversation_id = m.conversation_id
    JOIN group_applications a FORCE INDEX (group_applications_by_state)
    ON a.app_id = m.app_id AND a.conversation_id = m.conversation_id
    WHERE ${governed(appId, userId)} AND a.state = 'pending' AND a.created_ms > ${sinceMs}
    LIMIT ${sql.lit(UNREAD_MAX)}) k`;
}

/** Of the user's rows (m) with their heads (c) those in groups that the user governs. */
export function governed(appId: AppId, userId: UserId): RawBuilder<boolean> {
  return sql`m.app_id = ${appId} AND m.user_id = ${userId} AND m.conversation_id >= 'g:'
    AND m.conversation_id < 'g;' AND m.left_seq IS NULL AND m.role IN ('owner', 'admin')
    AND ${GOES_ON}`;
}
