import { isPending, selfConversationId, type AppId, type UserId } from '@queqiao/domain';
import { sql } from 'kysely';
import type { ListedRequest, RequestPage } from '../friend-types.js';
import type { LogEntry, LogOutcome, LogWork } from '../log-types.js';
import { inLog } from '../log/in-log.js';
import { select, type StoreContext } from '../store-context.js';
import { countRequests } from './friend-counts.js';
import { REQUEST_COLUMNS, toRequest, type RequestRow } from './friend-rows.js';

/** Requests that one call marks as seen. */
export const REQUESTS_MARK_MAX = 1_000;

/** The clock is the database's, which set the times. */
export const REQUESTS_SQL =
  `SELECT ${REQUEST_COLUMNS}, CAST(UNIX_TIMESTAMP(SYSDATE(3)) * 1000 AS SIGNED) AS now_ms ` +
  'FROM friend_requests r FORCE INDEX (friend_requests_by_update) ' +
  'WHERE r.app_id = ? AND r.user_id = ? AND r.direction = ? ' +
  'AND r.updated_ms <= ? AND (r.updated_ms < ? OR r.peer_id < ?) ' +
  'ORDER BY r.updated_ms DESC, r.peer_id DESC LIMIT ?';

export async function readRequests(
  context: StoreContext,
  appId: AppId,
  userId: UserId,
  { direction, before, limit }: RequestPage,
): Promise<ListedRequest[]> {
  const { updatedMs, peerId } = before ?? { updatedMs: Number.MAX_SAFE_INTEGER, peerId: '' };
  const values = [appId, userId, direction, updatedMs, updatedMs, peerId, limit];
  type Row = RequestRow & { now_ms: number };
  const rows = await select<Row>(context, 'friend requests', REQUESTS_SQL, values);
  return rows.map((row) => {
    const request = toRequest(row);
    const over = request.state === 'pending' && !isPending(request, row.now_ms);
    return { ...request, state: over ? 'expired' : request.state };
  });
}

/** Under the lock of the user's feed, as requests come. */
export function markRequestsRead(
  context: StoreContext,
  input: LogWork & { readonly userId: UserId },
  entry: LogEntry,
): Promise<LogOutcome<{ unread: number }>> {
  const { userId } = input;
  const feed = selfConversationId(userId);
  return inLog(context, { ...input, heads: [feed] }, async (tx) => {
    const { trx, appId } = tx;
    const { numUpdatedRows: marked } = await trx
      .updateTable('friend_requests')
      .set({ is_read: 1 })
      .where('app_id', '=', appId)
      .where('user_id', '=', userId)
      .where('direction', '=', 'in')
      .where('state', '=', 'pending')
      .where('is_read', '=', 0)
      .orderBy('expires_ms', 'desc')
      .limit(sql.lit(REQUESTS_MARK_MAX))
      .executeTakeFirstOrThrow();
    if (marked > 0n) tx.append(feed, entry);
    return { unread: await countRequests(trx, appId, userId, 'in') };
  });
}
