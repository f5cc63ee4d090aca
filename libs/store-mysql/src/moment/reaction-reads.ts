import type { AppId, CommentId, PostId, UserId } from '@queqiao/domain';
import type { PostRecord } from '../moment-types.js';
import {
  COMMENTS_PREVIEW_MAX,
  LIKES_PREVIEW_MAX,
  REACTIONS_MAX_PAGE,
  type CommentRecord,
  type LikeRecord,
  type ReactionPage,
  type ReactionPlace,
  type ReactionReads,
  type ReactionRows,
  type Reactions,
} from '../reaction-types.js';
import { select, type StoreContext } from '../store-context.js';
import { VIEWERS_OF_CONDITION, VIEWERS_OF_JOINS } from './reaction-rows.js';
import { commentsSql, likesSql } from './reaction-sql.js';

type Post = Pick<PostRecord, 'postId' | 'authorId'>;

interface LikeRow {
  post_id: PostId;
  id: string;
  writer_id: UserId;
  created_ms: number;
  /** From 1 among those that are seen; 0: the first that was not looked at; -1: an own like, wherever it stands. */
  place: number;
  found: number;
}

interface CommentRow extends LikeRow {
  text: string;
  answered_id: CommentId | null;
  answered_by: UserId | null;
  is_seen: number | null;
}

/** What is asked of how many posts. */
interface Asked {
  readonly appId: AppId;
  readonly viewerId: UserId;
  readonly posts: readonly Post[];
  readonly from: ReactionPlace | null;
  readonly first: number;
}

export class MysqlReactionReads implements ReactionReads {
  constructor(private readonly context: Pick<StoreContext, 'pool'>) {}

  async of(
    appId: AppId,
    viewerId: UserId,
    posts: readonly Post[],
  ): Promise<ReadonlyMap<PostId, Reactions>> {
    if (posts.length === 0) return new Map();
    const asked = { appId, viewerId, posts, from: null };
    const likes = byPost(await this.#likes({ ...asked, first: LIKES_PREVIEW_MAX }));
    const comments = byPost(await this.#comments({ ...asked, first: COMMENTS_PREVIEW_MAX }));
    return new Map(
      posts.map(({ postId }) => [
        postId,
        toReactions(likes.get(postId) ?? [], comments.get(postId) ?? []),
      ]),
    );
  }

  async likes(
    appId: AppId,
    viewerId: UserId,
    post: Post,
    page: ReactionPage,
  ): Promise<ReactionRows<LikeRecord>> {
    return toPage(await this.#likes(onePage(appId, viewerId, post, page)), page, toLike);
  }

  async comments(
    appId: AppId,
    viewerId: UserId,
    post: Post,
    page: ReactionPage,
  ): Promise<ReactionRows<CommentRecord>> {
    return toPage(await this.#comments(onePage(appId, viewerId, post, page)), page, toComment);
  }

  #likes({ appId, viewerId, posts, from, first }: Asked): Promise<LikeRow[]> {
    const values = [
      ...posts.flatMap(({ postId, authorId }) => [authorId, appId, postId, ...placed(from)]),
      ...viewers(viewerId, VIEWERS_OF_JOINS + VIEWERS_OF_CONDITION),
      first,
      ...posts.flatMap(({ postId }) => [appId, postId, ...placed(from)]),
      appId,
      ...posts.map(({ postId }) => postId),
      viewerId,
    ];
    return select<LikeRow>(this.context, 'likes', likesSql(posts.length), values);
  }

  #comments({ appId, viewerId, posts, from, first }: Asked): Promise<CommentRow[]> {
    const values = [
      ...viewers(viewerId, VIEWERS_OF_CONDITION),
      ...posts.flatMap(({ postId, authorId }) => [authorId, appId, postId, ...placed(from)]),
      ...viewers(viewerId, VIEWERS_OF_JOINS + VIEWERS_OF_CONDITION),
      ...viewers(viewerId, VIEWERS_OF_JOINS),
      first,
      ...posts.flatMap(({ postId }) => [appId, postId, ...placed(from)]),
    ];
    return select<CommentRow>(this.context, 'comments', commentsSql(posts.length), values);
  }
}

/** One more than are shown: where the next page begins. */
function onePage(appId: AppId, viewerId: UserId, post: Post, { from, limit }: ReactionPage): Asked {
  return { appId, viewerId, posts: [post], from, first: bounded(limit) + 1 };
}

function toPage<R extends LikeRow, T>(
  rows: readonly R[],
  { from, limit }: ReactionPage,
  toRecord: (row: R) => T,
): ReactionRows<T> {
  const seen = rows.filter(({ place }) => place > 0);
  const shown = seen.slice(0, bounded(limit));
  const further = seen[bounded(limit)];
  if (further) return { rows: shown.map(toRecord), next: placeOf(further) };
  const beyond = rows.find(({ place }) => place === 0);
  if (beyond === undefined) return { rows: shown.map(toRecord), next: null };
  const { created_ms: createdMs } = beyond;
  // Nobody has asked whether the viewer sees that one: the next page begins with its moment, so that its id, of likes a user's, stays
  // untold. Only of more than are looked at that all have one moment it has to be.
  if (createdMs === (from?.createdMs ?? 0)) {
    return { rows: shown.map(toRecord), next: placeOf(beyond) };
  }
  const before = shown.filter((row) => row.created_ms < createdMs);
  return { rows: before.map(toRecord), next: { createdMs, id: '' } };
}

function placeOf({ created_ms: createdMs, id }: LikeRow): ReactionPlace {
  return { createdMs, id };
}

function toReactions(likes: readonly LikeRow[], comments: readonly CommentRow[]): Reactions {
  const seenLikes = likes.filter(({ place }) => place > 0);
  const seenComments = comments.filter(({ place }) => place > 0);
  return {
    likes: {
      ...toCount(likes),
      mine: likes.some(({ place }) => place === -1),
      userIds: seenLikes.map(({ writer_id: userId }) => userId),
    },
    comments: { ...toCount(comments), comments: seenComments.map(toComment) },
  };
}

function toCount(rows: readonly LikeRow[]): { count: number; countIsBound: boolean } {
  const count = rows.find(({ place }) => place === 1)?.found ?? 0;
  return { count, countIsBound: rows.some(({ place }) => place === 0) };
}

function toLike({ writer_id: userId, created_ms: createdMs }: LikeRow): LikeRecord {
  return { userId, createdMs };
}

function toComment(row: CommentRow): CommentRecord {
  const { answered_id: commentId, answered_by: authorId, is_seen: isSeen } = row;
  const answers = isSeen === 1 && commentId !== null && authorId !== null;
  return {
    commentId: row.id as CommentId,
    authorId: row.writer_id,
    text: row.text,
    createdMs: row.created_ms,
    answered: answers ? { commentId, authorId } : null,
  };
}

function byPost<R extends LikeRow>(rows: readonly R[]): ReadonlyMap<PostId, readonly R[]> {
  const groups = new Map<PostId, R[]>();
  for (const row of rows) {
    const group = groups.get(row.post_id);
    if (group === undefined) groups.set(row.post_id, [row]);
    else group.push(row);
  }
  return groups;
}

function viewers(viewerId: UserId, count: number): UserId[] {
  return Array.from({ length: count }, () => viewerId);
}

/** For the three question marks of a place. */
function placed(from: ReactionPlace | null): (string | number)[] {
  const { createdMs, id } = from ?? { createdMs: 0, id: '' };
  return [createdMs, createdMs, id];
}

function bounded(limit: number): number {
  return Math.min(limit, REACTIONS_MAX_PAGE);
}
