import { DomainError, HEAD_FLAGS, type UserId } from '@queqiao/domain';
import { sql } from 'kysely';
import type { LogTransaction } from '../log/log-transaction.js';

/** Current rows of users in groups: one range of the primary key for each. */
const IN_GROUPS = sql.raw(
  "m.conversation_id >= 'g:' AND m.conversation_id < 'g;' AND m.left_seq IS NULL",
);

/**
 * Throws LIMIT_EXCEEDED for a user who is in so many groups already. Holds the rows of the users, so that joins of one user to
 * several groups at the same moment are counted one after the other. Call it when all heads are locked and nothing is written.
 */
export async function demandPlaces(
  tx: LogTransaction,
  userIds: readonly UserId[],
  maxGroups: number,
): Promise<void> {
  if (userIds.length === 0) return;
  const { trx, appId } = tx;
  const users = sql.join([...userIds]);
  await sql`SELECT user_id FROM users FORCE INDEX (PRIMARY) WHERE app_id = ${appId} AND user_id IN (${users})
    ORDER BY user_id FOR UPDATE`.execute(trx);
  const { rows } = await sql<{
    user_id: UserId;
  }>`SELECT m.user_id FROM members m FORCE INDEX (PRIMARY)
    WHERE m.app_id = ${appId} AND m.user_id IN (${users}) AND ${IN_GROUPS}
    GROUP BY m.user_id HAVING COUNT(*) >= ${maxGroups}`.execute(trx);
  if (rows.length === 0) return;
  const full = await withoutPlaces(
    tx,
    rows.map((row) => row.user_id),
    maxGroups,
  );
  if (full === undefined) return;
  const field = 'maxGroupsPerUser';
  throw new DomainError(
    'LIMIT_EXCEEDED',
    `${full} is in ${maxGroups} groups, the most there may be`,
    {
      field,
    },
  );
}

/** Groups that have ended do not count; that is looked up only for those who need it. */
async function withoutPlaces(
  { trx, appId }: LogTransaction,
  userIds: readonly UserId[],
  maxGroups: number,
): Promise<UserId | undefined> {
  const { rows } = await sql<{
    user_id: UserId;
  }>`SELECT STRAIGHT_JOIN m.user_id FROM members m FORCE INDEX (PRIMARY)
    JOIN conversations c FORCE INDEX (PRIMARY) ON c.app_id = m.app_id AND c.conversation_id = m.conversation_id
    WHERE m.app_id = ${appId} AND m.user_id IN (${sql.join([...userIds])}) AND ${IN_GROUPS}
    AND c.flags & ${HEAD_FLAGS.dissolved} = 0
    GROUP BY m.user_id HAVING COUNT(*) >= ${maxGroups} LIMIT 1`.execute(trx);
  return rows[0]?.user_id;
}
