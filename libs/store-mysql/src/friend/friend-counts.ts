import type { AppId, UserId } from '@queqiao/domain';
import { sql, type Kysely } from 'kysely';
import type { LogTransaction } from '../log/log-transaction.js';
import type { Schema } from '../schema/schema.js';
import { DATABASE_NOW } from '../store-context.js';

/** Requests that are counted; more count as this many. */
export const REQUESTS_COUNT_MAX = 1_000;

export interface SideCounts {
  readonly friendCount: number;
  readonly blockCount: number;
  readonly pendingCount: number;
}

export const NOTHING_COUNTED: SideCounts = { friendCount: 0, blockCount: 0, pendingCount: 0 };

/** From indices alone, and never above the limits of an app. */
export async function countSide(tx: LogTransaction, userId: UserId): Promise<SideCounts> {
  const { trx, appId } = tx;
  const blocks = await trx
    .selectFrom('blocks')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('app_id', '=', appId)
    .where('user_id', '=', userId)
    .executeTakeFirstOrThrow();
  return {
    friendCount: await countFriends(tx, userId),
    blockCount: blocks.count,
    pendingCount: await countRequests(trx, appId, userId, 'out'),
  };
}

export async function countFriends(
  { trx, appId }: Pick<LogTransaction, 'trx' | 'appId'>,
  userId: UserId,
): Promise<number> {
  const row = await trx
    .selectFrom('friends')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('app_id', '=', appId)
    .where('user_id', '=', userId)
    .where('active', '=', 1)
    .executeTakeFirstOrThrow();
  return row.count;
}

/** Requests that wait: own ones, or incoming ones that were not seen. Own ones are never marked as seen. */
export async function countRequests(
  db: Kysely<Schema>,
  appId: AppId,
  userId: UserId,
  direction: 'in' | 'out',
): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    SELECT COUNT(*) AS count FROM (SELECT 1 FROM friend_requests FORCE INDEX (friend_requests_by_state)
    WHERE app_id = ${appId} AND user_id = ${userId} AND direction = ${direction} AND state = 'pending'
    AND is_read = 0 AND expires_ms > ${DATABASE_NOW} LIMIT ${sql.lit(REQUESTS_COUNT_MAX)}) r`.execute(
    db,
  );
  return rows[0]?.count ?? 0;
}
