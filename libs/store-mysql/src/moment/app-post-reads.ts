import type { AppId, UserId } from '@queqiao/domain';
import type { AppPost } from '../app-post-types.js';
import { APP_POSTS_MAX_READ } from '../app-post-types.js';
import type { PostPlace } from '../moment-types.js';
import { select, type StoreContext } from '../store-context.js';
import { below } from './post-reads.js';
import { toPost, type PostRow } from './post-rows.js';

const COLUMNS =
  'p.post_id, p.author_id, p.content, p.audience, p.created_ms, p.edited_ms, p.revision, p.state, p.share_count';

type Row = PostRow & { share_count: number };

export const APP_POST_SQL = `SELECT ${COLUMNS} FROM posts p FORCE INDEX (PRIMARY) WHERE p.app_id = ? AND p.post_id = ?`;

/** Of one author, or of the whole app: each a range of an index of its own. */
const OF_AUTHOR = `SELECT ${COLUMNS} FROM posts p FORCE INDEX (posts_by_author) WHERE p.app_id = ? AND p.author_id = ? `;
const OF_APP = `SELECT ${COLUMNS} FROM posts p FORCE INDEX (posts_by_time) WHERE p.app_id = ? `;

const NEWEST_FIRST =
  'AND p.created_ms <= ? AND (p.created_ms < ? OR p.post_id < ?) ' +
  'ORDER BY p.created_ms DESC, p.post_id DESC LIMIT ?';

/** NOW() is one moment for the whole statement, so that it ends the range. */
const OLDEST_FIRST =
  'AND p.created_ms >= ? AND (p.created_ms > ? OR p.post_id >= ?) ' +
  'AND p.created_ms <= CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED) - ? ' +
  'ORDER BY p.created_ms, p.post_id LIMIT ?';

export const APP_POSTS_SQL = {
  newest: { author: OF_AUTHOR + NEWEST_FIRST, app: OF_APP + NEWEST_FIRST },
  oldest: { author: OF_AUTHOR + OLDEST_FIRST, app: OF_APP + OLDEST_FIRST },
} as const;

export async function readAppPost(
  context: StoreContext,
  appId: AppId,
  postId: string,
): Promise<AppPost | null> {
  const [row] = await select<Row>(context, 'app post', APP_POST_SQL, [appId, postId]);
  return row === undefined ? null : toAppPost(row);
}

export function readNewest(
  context: StoreContext,
  appId: AppId,
  authorId: UserId | null,
  { before, limit }: { readonly before: PostPlace | null; readonly limit: number },
): Promise<AppPost[]> {
  return read(context, APP_POSTS_SQL.newest, [appId, authorId], [...below(before), bounded(limit)]);
}

export function readOldest(
  context: StoreContext,
  appId: AppId,
  authorId: UserId | null,
  page: { readonly from: PostPlace | null; readonly settledMs: number; readonly limit: number },
): Promise<AppPost[]> {
  const { createdMs, postId } = page.from ?? { createdMs: 0, postId: '' };
  const place = [createdMs, createdMs, postId, page.settledMs, bounded(page.limit)];
  return read(context, APP_POSTS_SQL.oldest, [appId, authorId], place);
}

async function read(
  context: StoreContext,
  sql: { readonly author: string; readonly app: string },
  [appId, authorId]: readonly [AppId, UserId | null],
  more: readonly (string | number)[],
): Promise<AppPost[]> {
  const [statement, key] = authorId === null ? [sql.app, [appId]] : [sql.author, [appId, authorId]];
  const rows = await select<Row>(context, 'app posts', statement, [...key, ...more]);
  return rows.map(toAppPost);
}

function toAppPost(row: Row): AppPost {
  return { ...toPost(row), shareCount: row.share_count };
}

function bounded(limit: number): number {
  return Math.min(limit, APP_POSTS_MAX_READ);
}
