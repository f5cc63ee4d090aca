import { DomainError, type FriendSide, type UserId, type UserSettings } from '@queqiao/domain';
import { sql } from 'kysely';
import type { FriendFacts, FriendWork } from '../friend-types.js';
import type { LogTransaction } from '../log/log-transaction.js';
import { toFriend, toLabels, toRequest, type FriendRow, type RequestRow } from './friend-rows.js';
import { countSides, NOTHING_COUNTED, type SideCounts } from './friend-counts.js';

interface PairRows {
  readonly settings: ReadonlyMap<UserId, UserSettings>;
  readonly friends: readonly FriendRow[];
  readonly requests: readonly RequestRow[];
  readonly blocks: readonly { user_id: UserId }[];
}

/**
 * Plain reads: whoever writes these rows holds the feed of one side or both. Errors: NOT_FOUND, of a user who was erased meanwhile.
 */
export async function readFacts(tx: LogTransaction, work: FriendWork): Promise<FriendFacts> {
  const { userId, peerId, withCounts = false, withGone = false } = work;
  const rows = await readPair(tx, userId, peerId);
  if (!withGone && rows.settings.size < 2) {
    throw new DomainError('NOT_FOUND', 'there is no such user', { field: 'user_id' });
  }
  const counts = withCounts ? await countSides(tx, userId, peerId) : NOTHING_COUNTED;
  return {
    nowMs: tx.nowMs,
    own: toSide(rows, userId, counts.own),
    peer: toSide(rows, peerId, counts.peer),
  };
}

async function readPair(tx: LogTransaction, a: UserId, b: UserId): Promise<PairRows> {
  const { trx, appId } = tx;
  const [users, friends, requests, blocks] = await tx.together(
    trx
      .selectFrom('users')
      .select(['user_id', 'settings'])
      .where('app_id', '=', appId)
      .where('user_id', 'in', [a, b]),
    trx
      .selectFrom('friends')
      .selectAll()
      .where('app_id', '=', appId)
      .where(between('friend_id', a, b)),
    trx
      .selectFrom('friend_requests')
      .selectAll()
      .where('app_id', '=', appId)
      .where('direction', 'in', ['in', 'out'])
      .where(between('peer_id', a, b)),
    trx
      .selectFrom('blocks')
      .select('user_id')
      .where('app_id', '=', appId)
      .where(between('blocked_id', a, b)),
  );
  const settings = new Map(users.map((row) => [row.user_id, row.settings ?? {}]));
  return { settings, friends, requests, blocks };
}

/** Rows of either about the other. */
function between(other: 'friend_id' | 'peer_id' | 'blocked_id', a: UserId, b: UserId) {
  const column = sql.ref(other);
  return sql<boolean>`((user_id = ${a} AND ${column} = ${b}) OR (user_id = ${b} AND ${column} = ${a}))`;
}

function toSide(rows: PairRows, userId: UserId, counts: SideCounts): FriendSide {
  const friend = rows.friends.find((row) => row.user_id === userId && row.active === 1);
  const sent = rows.requests.find((row) => row.user_id === userId && row.direction === 'out');
  const received = rows.requests.find((row) => row.peer_id === userId && row.direction === 'in');
  return {
    userId,
    settings: rows.settings.get(userId) ?? {},
    friend: friend === undefined ? null : toFriend(friend),
    request:
      sent === undefined
        ? null
        : { ...toRequest(sent), ...toLabels(sent), read: received?.is_read === 1 },
    blocks: rows.blocks.some((row) => row.user_id === userId),
    ...counts,
  };
}
