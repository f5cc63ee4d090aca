import { DomainError, type UserId } from '@queqiao/domain';
import { sql } from 'kysely';
import type { LogTransaction } from '../log/log-transaction.js';

const DAY_MS = 86_400_000;

/** From an index alone, and no further than the limit. To be asked under the lock of the author's feed. Throws LIMIT_EXCEEDED. */
export async function demandPosts(
  { trx, appId, nowMs }: LogTransaction,
  authorId: UserId,
  max: number,
): Promise<void> {
  const { rows } = await sql<{ found: number }>`
    SELECT COUNT(*) AS found FROM (SELECT 1 FROM posts FORCE INDEX (posts_by_author)
    WHERE app_id = ${appId} AND author_id = ${authorId} AND created_ms > ${nowMs - DAY_MS} LIMIT ${max}) p`.execute(
    trx,
  );
  if ((rows[0]?.found ?? 0) < max) return;
  const what = `${authorId} has made ${max} posts in 24 hours, the most there may be`;
  throw new DomainError('LIMIT_EXCEEDED', what, { field: 'maxPostsPerDay' });
}

/** From an index alone, and no further than that. */
export async function hasMoreFriends(
  { trx, appId }: LogTransaction,
  userId: UserId,
  than: number,
): Promise<boolean> {
  const { rows } = await sql`
    SELECT friend_id FROM friends FORCE INDEX (friends_by_state)
    WHERE app_id = ${appId} AND user_id = ${userId} AND active = 1 LIMIT 1 OFFSET ${than}`.execute(
    trx,
  );
  return rows.length > 0;
}
