import type { AppId, UserId } from '@queqiao/domain';
import { sql, type Kysely, type RawBuilder } from 'kysely';
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

const NONE: SideCounts = { friendCount: 0, blockCount: 0, pendingCount: 0 };
/** Of a change that no limit is about. */
export const NOTHING_COUNTED = { own: NONE, peer: NONE } as const;

/** From indices alone, and never above the limits of an app. */
export async function countSides(
  tx: LogTransaction,
  userId: UserId,
  peerId: UserId,
): Promise<{ readonly own: SideCounts; readonly peer: SideCounts }> {
  const [blocks, pending, own, peer] = await tx.together(
    blockCount(tx, userId),
    requestCount(tx.appId, userId, 'out'),
    friendCount(tx, userId),
    friendCount(tx, peerId),
  );
  const pendingCount = countIn(pending);
  return {
    own: { friendCount: countIn(own), blockCount: countIn(blocks), pendingCount },
    peer: { ...NONE, friendCount: countIn(peer) },
  };
}

function blockCount({ trx, appId }: LogTransaction, userId: UserId) {
  return trx
    .selectFrom('blocks')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('app_id', '=', appId)
    .where('user_id', '=', userId);
}

function friendCount({ trx, appId }: LogTransaction, userId: UserId) {
  return trx
    .selectFrom('friends')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('app_id', '=', appId)
    .where('user_id', '=', userId)
    .where('active', '=', 1);
}

/** What a query for a count has found. */
export function countIn(rows: readonly { readonly count: number }[] | undefined): number {
  return rows?.[0]?.count ?? 0;
}

/** Requests that wait: own ones, or incoming ones that were not seen. Own ones are never marked as seen. */
export async function countRequests(
  db: Kysely<Schema>,
  appId: AppId,
  userId: UserId,
  direction: 'in' | 'out',
): Promise<number> {
  const { rows } = await requestCount(appId, userId, direction).execute(db);
  return countIn(rows);
}

export function requestCount(
  appId: AppId,
  userId: UserId,
  direction: 'in' | 'out',
): RawBuilder<{ count: number }> {
  return sql`
    SELECT COUNT(*) AS count FROM (SELECT 1 FROM friend_requests FORCE INDEX (friend_requests_by_state)
    WHERE app_id = ${appId} AND user_id = ${userId} AND direction = ${direction} AND state = 'pending'
    AND is_read = 0 AND expires_ms > ${DATABASE_NOW} LIMIT ${sql.lit(REQUESTS_COUNT_MAX)}) r`;
}
