import type { AppId, CommentId, CommentState, PostId, UserId } from '@queqiao/domain';
import type { LogEntry, LogOutcome, LogWork } from './log-types.js';
import type { PostPlace, PostRecord } from './moment-types.js';

/** A post as its app sees it: in whatever state, and whoever may see it. */
export interface AppPost extends PostRecord {
  readonly shareCount: number;
}

export interface AppComment {
  readonly postId: PostId;
  readonly commentId: CommentId;
  readonly authorId: UserId;
  /** Empty once it was deleted. */
  readonly text: string;
  readonly createdMs: number;
  /** Empty: it answers none. */
  readonly replyTo: CommentId | '';
  readonly state: CommentState;
}

export interface AppLike {
  readonly postId: PostId;
  readonly userId: UserId;
  readonly createdMs: number;
}

/**
 * Likes or comments of one post above a place; null: from the oldest. Likes are in the order of time, then of users; comments in that
 * of their ids, which is that of time as far as the clocks of nodes agree, so that those of all states are one range.
 */
export interface ReactionsWanted {
  readonly postId: PostId;
  readonly after: { readonly createdMs: number; readonly id: string } | null;
}

export interface CommentWork extends LogWork {
  readonly postId: string;
  readonly commentId: string;
  /** Its writer, whose feed is told. */
  readonly writerId: UserId;
}

/** What back ends read of an app's posts, and do to comments; posts are changed by PostStore. Null as author: the whole app. */
export interface AppPostStore {
  /** Newest first; at most APP_POSTS_MAX_READ. */
  posts(
    appId: AppId,
    authorId: UserId | null,
    page: { readonly before: PostPlace | null; readonly limit: number },
  ): Promise<AppPost[]>;
  post(appId: AppId, postId: string): Promise<AppPost | null>;
  /** Oldest first, from a place on, the post there included; none that are younger than `settledMs`. At most APP_POSTS_MAX_READ. */
  postsFrom(
    appId: AppId,
    authorId: UserId | null,
    page: { readonly from: PostPlace | null; readonly settledMs: number; readonly limit: number },
  ): Promise<AppPost[]>;
  /** Of each post the oldest ones above its place, at most `limit` of each; posts in the order of `wanted`. */
  likes(appId: AppId, wanted: readonly ReactionsWanted[], limit: number): Promise<AppLike[]>;
  comments(appId: AppId, wanted: readonly ReactionsWanted[], limit: number): Promise<AppComment[]>;
  comment(appId: AppId, postId: string, commentId: string): Promise<AppComment | null>;
  /**
   * Removes a comment unless `decide` says that there is nothing to do, which it does by null; null as comment: there is none.
   * Errors: ALREADY_EXISTS (the request id), and whatever `decide` throws.
   */
  removeComment(
    work: CommentWork,
    decide: (comment: AppComment | null) => LogEntry | null,
  ): Promise<LogOutcome<null>>;
}

/** Posts of one read, and posts whose likes or comments one read gathers. */
export const APP_POSTS_MAX_READ = 50;
/** Likes or comments of each post that one read gathers. */
export const APP_REACTIONS_MAX_READ = 100;
