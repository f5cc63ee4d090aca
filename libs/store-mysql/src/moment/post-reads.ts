import type { AppId, UserId } from '@queqiao/domain';
import type { PostPage, PostPlace, ViewedPost } from '../moment-types.js';
import { select, type StoreContext } from '../store-context.js';
import { RELATION_JOINS, toViewed, VIEWED_COLUMNS, type ViewedRow } from './post-rows.js';

export const POST_SQL =
  `SELECT STRAIGHT_JOIN ${VIEWED_COLUMNS} FROM posts p FORCE INDEX (PRIMARY) ${RELATION_JOINS}` +
  'WHERE p.app_id = ? AND p.post_id = ?';

export const POSTS_OF_SQL =
  `SELECT STRAIGHT_JOIN ${VIEWED_COLUMNS} FROM posts p FORCE INDEX (posts_by_author) ${RELATION_JOINS}` +
  'WHERE p.app_id = ? AND p.author_id = ? ' +
  'AND p.created_ms <= ? AND (p.created_ms < ? OR p.post_id < ?) ' +
  'ORDER BY p.created_ms DESC, p.post_id DESC LIMIT ?';

export async function readPost(
  context: StoreContext,
  appId: AppId,
  viewerId: UserId,
  postId: string,
): Promise<ViewedPost | null> {
  const values = [...asViewer(viewerId), appId, postId];
  const [row] = await select<ViewedRow>(context, 'post', POST_SQL, values);
  return row === undefined ? null : toViewed(row);
}

export async function readPostsOf(
  context: StoreContext,
  appId: AppId,
  { viewerId, authorId }: { readonly viewerId: UserId; readonly authorId: UserId },
  { before, limit }: PostPage,
): Promise<ViewedPost[]> {
  const values = [...asViewer(viewerId), appId, authorId, ...below(before), limit];
  return (await select<ViewedRow>(context, 'posts', POSTS_OF_SQL, values)).map(toViewed);
}

/** For the question marks of RELATION_JOINS. */
export function asViewer(viewerId: UserId): UserId[] {
  return [viewerId, viewerId, viewerId, viewerId];
}

/** For the three of a condition on places. */
export function below(place: PostPlace | null): (string | number)[] {
  const { createdMs, postId } = place ?? { createdMs: Number.MAX_SAFE_INTEGER, postId: '' };
  return [createdMs, createdMs, postId];
}
