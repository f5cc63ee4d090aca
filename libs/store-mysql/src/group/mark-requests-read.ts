import { selfConversationId } from '@queqiao/domain';
import { sql } from 'kysely';
import type { MarkRead } from '../group-request-types.js';
import type { LogOutcome } from '../log-types.js';
import { inLog } from '../log/in-log.js';
import type { StoreContext } from '../store-context.js';
import { unreadApplicationsFor } from './unread-requests.js';

/** Under the lock of the feed, which every invitation of the user takes too. */
export function markInvitationsRead(
  context: StoreContext,
  input: MarkRead,
): Promise<LogOutcome<null>> {
  const { appId, userId, entry } = input;
  const feed = selfConversationId(userId);
  return inLog(context, { ...input, heads: [feed] }, async (tx) => {
    const { numAffectedRows } = await sql`
      UPDATE group_invitations FORCE INDEX (group_invitations_by_state) SET is_read = 1
      WHERE app_id = ${appId} AND user_id = ${userId} AND state = 'pending' AND is_read = 0`.execute(
      tx.trx,
    );
    if (numAffectedRows !== 0n) tx.append(feed, entry);
    return null;
  });
}

export function markApplicationsRead(
  context: StoreContext,
  input: MarkRead,
): Promise<LogOutcome<null>> {
  const { appId, userId, entry } = input;
  const feed = selfConversationId(userId);
  return inLog(context, { ...input, heads: [feed] }, async (tx) => {
    const user = await tx.trx
      .selectFrom('users')
      .select('applications_read_ms')
      .where('app_id', '=', appId)
      .where('user_id', '=', userId)
      .forUpdate()
      .executeTakeFirst();
    const sinceMs = user?.applications_read_ms ?? 0;
    const { rows } = await unreadApplicationsFor(appId, userId, sinceMs).execute(tx.trx);
    if ((rows[0]?.unread ?? 0) === 0) return null;
    await tx.trx
      .updateTable('users')
      .set({ applications_read_ms: tx.nowMs })
      .where('app_id', '=', appId)
      .where('user_id', '=', userId)
      .execute();
    tx.append(feed, entry);
    return null;
  });
}
