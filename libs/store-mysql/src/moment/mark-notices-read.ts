import { selfConversationId, type UserId } from '@queqiao/domain';
import { sql } from 'kysely';
import { StoreDefect } from '../errors.js';
import type { LogEntry, LogOutcome, LogWork } from '../log-types.js';
import { inLog } from '../log/in-log.js';
import type { StoreContext } from '../store-context.js';
import { incoming } from '../upsert.js';

/** Under the lock of the feed, which every notice of the user takes too. */
export function markNoticesRead(
  context: StoreContext,
  work: LogWork & { readonly userId: UserId; readonly throughSeq: number },
  entry: (throughSeq: number) => LogEntry,
): Promise<LogOutcome<null>> {
  const { userId } = work;
  const feed = selfConversationId(userId);
  return inLog(context, { ...work, heads: [feed] }, async (tx) => {
    const head = tx.head(feed);
    if (head === null) throw new StoreDefect('the head of a feed is not held');
    // What comes later is not read yet, whatever a client has made up.
    const throughSeq = Math.min(work.throughSeq, head.lastSeq);
    const { rows } = await sql<{ seq: number }>`
      SELECT n.seq FROM moment_notices n FORCE INDEX (PRIMARY)
      WHERE n.app_id = ${tx.appId} AND n.user_id = ${userId} AND n.seq <= ${throughSeq} AND n.seq >
        (SELECT COALESCE(MAX(m.read_seq), 0) FROM moment_notice_marks m
        WHERE m.app_id = ${tx.appId} AND m.user_id = ${userId})
      LIMIT 1`.execute(tx.trx);
    if (rows.length === 0) return null;
    await tx.trx
      .insertInto('moment_notice_marks')
      .values({ app_id: tx.appId, user_id: userId, read_seq: throughSeq })
      .onDuplicateKeyUpdate({ read_seq: incoming<number>('read_seq') })
      .execute();
    tx.append(feed, entry(throughSeq));
    return null;
  });
}
