import type { UserId } from '@queqiao/domain';
import { READERS_MAX_PAGE, type ReadersInput, type ReadersResult } from '../member-types.js';
import { select, type StoreContext } from '../store-context.js';

/** Members of the conversation that could see the entry when it was written and still can, without its sender. */
const AUDIENCE =
  'FROM members m FORCE INDEX (members_by_conversation) WHERE m.app_id = ? AND m.conversation_id = ? ' +
  'AND (m.left_seq IS NULL OR m.left_seq >= ?) AND m.joined_seq < ? AND m.user_id <> ?';

export const READERS_COUNT_SQL = `SELECT COUNT(*) AS members, COALESCE(SUM(m.read_seq >= ?), 0) AS readers ${AUDIENCE}`;

export function readersPageSql(unread: boolean): string {
  const has = unread ? 'm.read_seq < ?' : 'm.read_seq >= ?';
  return `SELECT m.user_id ${AUDIENCE} AND m.user_id > ? AND ${has} ORDER BY m.user_id LIMIT ?`;
}

/** Both statements look at every member once: a group's size bounds them. */
export async function readers(context: StoreContext, input: ReadersInput): Promise<ReadersResult> {
  const { appId, conversationId, seq, senderId, unread, afterUserId } = input;
  const audience = [appId, conversationId, seq, seq, senderId];
  const limit = Math.min(input.limit, READERS_MAX_PAGE);
  type Counts = { members: number; readers: string | number };
  const [counts] = await select<Counts>(context, 'readers counted', READERS_COUNT_SQL, [
    seq,
    ...audience,
  ]);
  const rows = await select<{ user_id: UserId }>(context, 'readers', readersPageSql(unread), [
    ...audience,
    afterUserId,
    seq,
    limit,
  ]);
  const readCount = Number(counts?.readers ?? 0);
  return {
    userIds: rows.map((row) => row.user_id),
    readCount,
    unreadCount: (counts?.members ?? 0) - readCount,
  };
}
