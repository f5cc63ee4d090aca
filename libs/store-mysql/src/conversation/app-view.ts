import {
  HEAD_FLAGS,
  unreadCount,
  type AppId,
  type ConversationId,
  type UserId,
} from '@queqiao/domain';
import type { ConversationSummary, ReadStatePage } from '../conversation-types.js';
import { select, type StoreContext } from '../store-context.js';

/** Members of one page of read states. */
export const READ_STATES_MAX_PAGE = 200;

export const SUMMARY_SQL =
  'SELECT c.last_seq, c.last_ordinal, c.shown_seq, c.active_ms, c.flags, g.name, g.member_count ' +
  'FROM conversations c FORCE INDEX (PRIMARY) LEFT JOIN group_info g FORCE INDEX (PRIMARY) ' +
  'ON g.app_id = c.app_id AND g.conversation_id = c.conversation_id WHERE c.app_id = ? AND c.conversation_id = ?';

/** A range of the index, in its order: a page costs what it shows. */
export const READ_STATES_SQL =
  'SELECT m.user_id, m.read_seq, m.read_ordinal, m.delivered_seq FROM members m FORCE INDEX (members_by_conversation) ' +
  'WHERE m.app_id = ? AND m.conversation_id = ? AND m.left_seq IS NULL AND m.user_id > ? ORDER BY m.user_id LIMIT ?';

interface SummaryRow {
  last_seq: number;
  last_ordinal: number;
  shown_seq: number;
  active_ms: number;
  flags: number;
  name: string | null;
  member_count: number | null;
}

/** Null: there is no such conversation. */
export async function readSummary(
  context: StoreContext,
  appId: AppId,
  conversationId: ConversationId,
): Promise<ConversationSummary | null> {
  const values = [appId, conversationId];
  const [row] = await select<SummaryRow>(context, 'conversation', SUMMARY_SQL, values);
  if (row === undefined) return null;
  return {
    lastSeq: row.last_seq,
    lastOrdinal: row.last_ordinal,
    shownSeq: row.shown_seq,
    activeMs: row.active_ms,
    group:
      row.name === null
        ? null
        : {
            name: row.name,
            memberCount: row.member_count ?? 0,
            dissolved: (row.flags & HEAD_FLAGS.dissolved) !== 0,
          },
  };
}

interface ReadStateRow {
  user_id: UserId;
  read_seq: number;
  read_ordinal: number;
  delivered_seq: number;
}

/** Members before the head, so that nobody has read beyond it. Null: there is no such conversation. */
export async function readStates(
  context: StoreContext,
  appId: AppId,
  conversationId: ConversationId,
  { afterUserId, limit }: { readonly afterUserId: string; readonly limit: number },
): Promise<ReadStatePage | null> {
  const most = Math.min(limit, READ_STATES_MAX_PAGE);
  const values = [appId, conversationId, afterUserId, most];
  const rows = await select<ReadStateRow>(context, 'read states', READ_STATES_SQL, values);
  const head = await readSummary(context, appId, conversationId);
  if (head === null) return null;
  const states = rows.map((row) => ({
    userId: row.user_id,
    readSeq: row.read_seq,
    deliveredSeq: row.delivered_seq,
    unread: unreadCount(head.lastOrdinal, row.read_ordinal),
  }));
  return { states, lastSeq: head.lastSeq };
}
