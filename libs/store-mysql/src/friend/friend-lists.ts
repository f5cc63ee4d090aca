import { isId, type AppId, type FriendRecord, type UserId } from '@queqiao/domain';
import type { FriendChange, FriendPage } from '../friend-types.js';
import { beginningWith, holding } from '../sql-pattern.js';
import { select, type StoreContext } from '../store-context.js';
import { FRIEND_COLUMNS, toFriend, type FriendRow } from './friend-rows.js';

const OWN = 'WHERE f.app_id = ? AND f.user_id = ?';

export const FRIENDS_SQL =
  `SELECT ${FRIEND_COLUMNS} FROM friends f FORCE INDEX (friends_by_state) ` +
  `${OWN} AND f.active = 1 AND f.friend_id > ? ORDER BY f.friend_id LIMIT ?`;

export const CHANGED_FRIENDS_SQL =
  `SELECT ${FRIEND_COLUMNS} FROM friends f FORCE INDEX (friends_by_feed) ` +
  `${OWN} AND f.feed_seq > ? ORDER BY f.feed_seq LIMIT ?`;

/** Reads the friends of one user, which the app limits, and for each the profile by key. */
export const SEARCH_FRIENDS_SQL =
  `SELECT STRAIGHT_JOIN ${FRIEND_COLUMNS} FROM friends f FORCE INDEX (friends_by_state) ` +
  'JOIN users u FORCE INDEX (PRIMARY) ON u.app_id = f.app_id AND u.user_id = f.friend_id ' +
  `${OWN} AND f.active = 1 AND (f.remark LIKE ? OR u.nickname LIKE ? OR f.friend_id LIKE ?) ` +
  'ORDER BY f.friend_id LIMIT ?';

export const BLOCKS_SQL =
  'SELECT b.blocked_id FROM blocks b FORCE INDEX (PRIMARY) ' +
  'WHERE b.app_id = ? AND b.user_id = ? AND b.blocked_id > ? ORDER BY b.blocked_id LIMIT ?';

export async function readFriends(
  context: StoreContext,
  appId: AppId,
  userId: UserId,
  { afterId, limit }: FriendPage,
): Promise<FriendRecord[]> {
  const values = [appId, userId, afterId, limit];
  return (await select<FriendRow>(context, 'friends', FRIENDS_SQL, values)).map(toFriend);
}

export async function readChangedFriends(
  context: StoreContext,
  appId: AppId,
  userId: UserId,
  { afterFeedSeq, limit }: { readonly afterFeedSeq: number; readonly limit: number },
): Promise<FriendChange[]> {
  const values = [appId, userId, afterFeedSeq, limit];
  const rows = await select<FriendRow>(context, 'changed friends', CHANGED_FRIENDS_SQL, values);
  return rows.map((row) => ({ friend: toFriend(row), active: row.active === 1 }));
}

export async function searchFriends(
  context: StoreContext,
  appId: AppId,
  userId: UserId,
  { text, limit }: { readonly text: string; readonly limit: number },
): Promise<FriendRecord[]> {
  // Ids are ASCII: other texts are compared with none of them.
  const id = isId(text) ? beginningWith(text) : null;
  const values = [appId, userId, holding(text), holding(text), id, limit];
  const rows = await select<FriendRow>(context, 'search friends', SEARCH_FRIENDS_SQL, values);
  return rows.map(toFriend);
}

export async function readBlocks(
  context: StoreContext,
  appId: AppId,
  userId: UserId,
  { afterId, limit }: FriendPage,
): Promise<UserId[]> {
  const values = [appId, userId, afterId, limit];
  const rows = await select<{ blocked_id: UserId }>(context, 'blocks', BLOCKS_SQL, values);
  return rows.map((row) => row.blocked_id);
}
