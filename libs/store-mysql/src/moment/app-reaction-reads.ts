import {
  COMMENT_STATES,
  type AppId,
  type CommentId,
  type CommentState,
  type PostId,
  type UserId,
} from '@queqiao/domain';
import { StoreDefect } from '../errors.js';
import {
  APP_POSTS_MAX_READ,
  APP_REACTIONS_MAX_READ,
  type AppComment,
  type AppLike,
  type ReactionsWanted,
} from '../app-post-types.js';
import { select, type StoreContext } from '../store-context.js';

const COMMENT_COLUMNS =
  'c.post_id, c.comment_id, c.author_id, c.reply_to, c.text, c.created_ms, c.state';

/** What is above a place among those of one post; the second of two of the same moment is told by its id. */
export const APP_LIKES_SQL =
  'SELECT l.post_id, l.user_id, l.created_ms FROM likes l FORCE INDEX (likes_by_time) ' +
  'WHERE l.app_id = ? AND l.post_id = ? AND l.created_ms >= ? AND (l.created_ms > ? OR l.user_id > ?) ' +
  'ORDER BY l.created_ms, l.user_id LIMIT ?';

export const APP_COMMENTS_SQL =
  `SELECT ${COMMENT_COLUMNS} FROM comments c FORCE INDEX (PRIMARY) ` +
  'WHERE c.app_id = ? AND c.post_id = ? AND c.comment_id > ? ORDER BY c.comment_id LIMIT ?';

export const APP_COMMENT_SQL =
  `SELECT ${COMMENT_COLUMNS} FROM comments c FORCE INDEX (PRIMARY) ` +
  'WHERE c.app_id = ? AND c.post_id = ? AND c.comment_id = ?';

interface LikeRow {
  post_id: PostId;
  user_id: UserId;
  created_ms: number;
}

export interface AppCommentRow {
  post_id: PostId;
  comment_id: CommentId;
  author_id: UserId;
  reply_to: CommentId | '';
  text: string;
  created_ms: number;
  state: number;
}

const LIKES: Ranges<LikeRow> = {
  sql: APP_LIKES_SQL,
  valuesOf: (after) => [after?.createdMs ?? 0, after?.createdMs ?? 0, after?.id ?? ''],
  isBefore: (a, b) =>
    a.created_ms < b.created_ms || (a.created_ms === b.created_ms && a.user_id < b.user_id),
};
const COMMENTS: Ranges<AppCommentRow> = {
  sql: APP_COMMENTS_SQL,
  valuesOf: (after) => [after?.id ?? ''],
  isBefore: (a, b) => a.comment_id < b.comment_id,
};

export async function readAppLikes(
  context: StoreContext,
  appId: AppId,
  wanted: readonly ReactionsWanted[],
  limit: number,
): Promise<AppLike[]> {
  const rows = await eachOf(context, LIKES, appId, wanted, limit);
  return rows.map((row) => ({
    postId: row.post_id,
    userId: row.user_id,
    createdMs: row.created_ms,
  }));
}

export async function readAppComments(
  context: StoreContext,
  appId: AppId,
  wanted: readonly ReactionsWanted[],
  limit: number,
): Promise<AppComment[]> {
  return (await eachOf(context, COMMENTS, appId, wanted, limit)).map(toAppComment);
}

export async function readAppComment(
  context: StoreContext,
  appId: AppId,
  postId: string,
  commentId: string,
): Promise<AppComment | null> {
  const values = [appId, postId, commentId];
  const [row] = await select<AppCommentRow>(context, 'app comment', APP_COMMENT_SQL, values);
  return row === undefined ? null : toAppComment(row);
}

/** How the rows of one post are found, and ordered. */
interface Ranges<Row> {
  /** One range of an index, with the values of a place between those of the post and the number of rows. */
  readonly sql: string;
  readonly valuesOf: (after: ReactionsWanted['after']) => (string | number)[];
  readonly isBefore: (a: Row, b: Row) => boolean;
}

/** One statement for all posts, a range of the index for each; in the order of the posts, whatever that of the ranges was. */
async function eachOf<Row extends { post_id: PostId }>(
  context: StoreContext,
  { sql, valuesOf, isBefore }: Ranges<Row>,
  appId: AppId,
  wanted: readonly ReactionsWanted[],
  limit: number,
): Promise<Row[]> {
  if (wanted.length > APP_POSTS_MAX_READ) {
    throw new RangeError(`at most APP_POSTS_MAX_READ (${APP_POSTS_MAX_READ}) posts`);
  }
  if (wanted.length === 0) return [];
  const rows = Math.min(limit, APP_REACTIONS_MAX_READ);
  const values = wanted.flatMap(({ postId, after }) => [appId, postId, ...valuesOf(after), rows]);
  const all = wanted.map(() => `(${sql})`).join(' UNION ALL ');
  const found = await select<Row>(context, 'app reactions', all, values);
  const order = new Map(wanted.map(({ postId }, index) => [postId, index]));
  const at = (row: Row): number => order.get(row.post_id) ?? 0;
  return found.sort((a, b) => at(a) - at(b) || (isBefore(a, b) ? -1 : 1));
}

export function toAppComment(row: AppCommentRow): AppComment {
  return {
    postId: row.post_id,
    commentId: row.comment_id,
    authorId: row.author_id,
    text: row.text,
    createdMs: row.created_ms,
    replyTo: row.reply_to,
    state: toState(row.state),
  };
}

function toState(stored: number): CommentState {
  const state = COMMENT_STATES[stored];
  if (state === undefined) throw new StoreDefect('a comment is in no state');
  return state;
}
