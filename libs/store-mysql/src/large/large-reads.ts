import type { AppId, ConversationId, UserId } from '@queqiao/domain';
import { sql } from 'kysely';
import {
  LARGE_MAX_LEAVERS,
  LARGE_MAX_USERS,
  type LargeKey,
  type LargeLeavers,
  type LargeMembership,
} from '../large-types.js';
import type { StoreContext } from '../store-context.js';

/** One statement, so that membership and leave_version are of the same moment. */
export async function readLargeMemberships(
  { kysely }: StoreContext,
  appId: AppId,
  userIds: readonly UserId[],
  conversationId?: ConversationId,
): Promise<LargeMembership[]> {
  if (userIds.length > LARGE_MAX_USERS) {
    throw new RangeError(`at most LARGE_MAX_USERS (${LARGE_MAX_USERS}) users`);
  }
  if (userIds.length === 0) return [];
  const only =
    conversationId === undefined ? sql`` : sql`AND l.conversation_id = ${conversationId}`;
  const { rows } = await sql<{
    user_id: UserId;
    conversation_id: ConversationId;
    joined_seq: number;
    leave_version: number;
  }>`SELECT STRAIGHT_JOIN l.user_id, l.conversation_id, l.joined_seq, c.leave_version
    FROM large_members l FORCE INDEX (PRIMARY) JOIN conversations c FORCE INDEX (PRIMARY)
    ON c.app_id = l.app_id AND c.conversation_id = l.conversation_id
    WHERE l.app_id = ${appId} AND l.user_id IN (${sql.join([...new Set(userIds)])}) ${only}`.execute(
    kysely,
  );
  return rows.map((row) => ({
    userId: row.user_id,
    conversationId: row.conversation_id,
    joinedSeq: row.joined_seq,
    leaveVersion: row.leave_version,
  }));
}

/** The head first: a leave after it is in nobody's way, since the answer does not claim to know it. */
export async function readLargeLeavers(
  { kysely }: StoreContext,
  { appId, conversationId }: LargeKey,
  sinceVersion: number,
): Promise<LargeLeavers | null> {
  const head = await kysely
    .selectFrom('conversations')
    .select('leave_version')
    .where('app_id', '=', appId)
    .where('conversation_id', '=', conversationId)
    .executeTakeFirst();
  if (head === undefined) return null;
  const leaveVersion = head.leave_version;
  if (leaveVersion <= sinceVersion) return { leaveVersion, leavers: [], tooOld: false };
  const rows = await kysely
    .selectFrom('large_leaves')
    .select(['user_id', 'leave_version'])
    .where('app_id', '=', appId)
    .where('conversation_id', '=', conversationId)
    .where('leave_version', '>', sinceVersion)
    .where('leave_version', '<=', leaveVersion)
    .orderBy('leave_version')
    .limit(LARGE_MAX_LEAVERS + 1)
    .execute();
  // Every version has at least one row, unless it was pruned or is from before the group was large.
  const first = rows[0]?.leave_version;
  const tooOld = first !== sinceVersion + 1 || rows.length > LARGE_MAX_LEAVERS;
  const leavers = tooOld
    ? []
    : rows.map((row) => ({ userId: row.user_id, leaveVersion: row.leave_version }));
  return { leaveVersion, leavers, tooOld };
}
