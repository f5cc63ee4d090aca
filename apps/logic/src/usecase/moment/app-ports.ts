import type { AppId, CommentId, CommentState, PostId, UserId } from '@queqiao/domain';

import type { ChangeOutcome, ChangeWork, NewEntry } from '../change/ports.js';
import type { PostPlace, PostRecord } from './ports.js';

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

/** Likes or comments of one post above a place; null: from the oldest. Likes by time and user, comments by id alone. */
export interface ReactionsWanted {
  readonly postId: PostId;
  readonly after: { readonly createdMs: number; readonly id: string } | null;
}

export interface CommentWork extends ChangeWork {
  readonly postId: string;
  readonly commentId: string;
  readonly writerId: UserId;
}

/** What back ends read, and do to comments. Null as author: the whole app. */
export interface AppPosts {
  /** Newest first. */
  posts(
    appId: AppId,
    authorId: UserId | null,
    page: { readonly before: PostPlace | null; readonly limit: number },
  ): Promise<AppPost[]>;
  /** Null: there is none. */
  post(appId: AppId, postId: string): Promise<AppPost | null>;
  /** Oldest first, from a place on, the post there included; none that are younger than `settledMs`. */
  postsFrom(
    appId: AppId,
    authorId: UserId | null,
    page: { readonly from: PostPlace | null; readonly settledMs: number; readonly limit: number },
  ): Promise<AppPost[]>;
  /** Of each post the oldest ones above its place, at most `limit` of each; posts in the order of `wanted`. */
  likes(appId: AppId, wanted: readonly ReactionsWanted[], limit: number): Promise<AppLike[]>;
  comments(appId: AppId, wanted: readonly ReactionsWanted[], limit: number): Promise<AppComment[]>;
  /** Null: there is none. */
  comment(appId: AppId, postId: string, commentId: string): Promise<AppComment | null>;
  /**
   * Removes a comment unless `decide` answers null: there is nothing to do. Errors: ALREADY_EXISTS (client_request_id), and whatever
   * `decide` throws.
   */
  removeComment(
    work: CommentWork,
    decide: (comment: AppComment | null) => NewEntry | null,
  ): Promise<ChangeOutcome<null>>;
}
