import type { AppId, PostFacts, PostId, PostRelation, UserId } from '@queqiao/domain';
import type { LogEntry, LogOutcome, LogWork } from './log-types.js';

export interface PostRecord extends PostFacts {
  readonly postId: PostId;
  /** An encoded queqiao.client.v1.PostContent; empty once the post is gone. */
  readonly content: Uint8Array;
  /** 0: never. */
  readonly editedMs: number;
  readonly revision: number;
  /** How often somebody passed it on. */
  readonly shareCount: number;
  /** Whom the content mentions, each once; anybody, as content says. */
  readonly mentions: readonly string[];
}

/** Where a post stands in every list: newest first, by id among those of the same millisecond. */
export interface PostPlace {
  readonly createdMs: number;
  readonly postId: string;
}

/** A post with what its viewer and its author are to each other, of one moment. */
export interface ViewedPost {
  readonly post: PostRecord;
  readonly relation: PostRelation;
}

export interface PostWork extends LogWork {
  readonly authorId: UserId;
}

/** What a post is made of. */
export interface NewPost extends Pick<PostRecord, 'content' | 'mentions' | 'audience'> {
  readonly limits: PostLimits;
}

/** What the app allows. */
export interface PostLimits {
  /** An author with more friends gets no references written: timelines take the post from the author's side, as long as it exists. */
  readonly maxFanOutFriends: number;
  /** Posts of one author in 24 hours, those that are gone again included. */
  readonly maxPostsPerDay: number;
}

/** Fields left undefined stay. */
export type PostPatch = Partial<
  Pick<PostRecord, 'content' | 'mentions' | 'audience' | 'editedMs' | 'revision' | 'state'>
>;

/** What becomes of a post. */
export interface PostPlan<T> {
  /** Null: nothing, and nothing is told. */
  readonly change: { readonly patch: PostPatch; readonly entry: LogEntry } | null;
  readonly answer: T;
}

export interface PostPage {
  /** The last one of the page before; null: from the newest. */
  readonly before: PostPlace | null;
  readonly limit: number;
}

/**
 * Lists answer whatever there is, with the facts by which the caller leaves out what the viewer may not see. Posts and facts
 * come of one statement, so of one moment: with two of them a post from after a friendship could be judged by facts from before
 * its end. A place in a list of which nothing is shown counts as read all the same.
 */
export interface PostStore {
  /** A post of now, told in the author's feed; idempotent by its request. Errors: ALREADY_EXISTS (the request id), LIMIT_EXCEEDED. */
  create(
    work: PostWork,
    post: NewPost,
    entry: (postId: PostId) => LogEntry,
  ): Promise<LogOutcome<{ readonly postId: PostId; readonly createdMs: number }>>;
  /**
   * A change of one post under the lock of the author's feed, which the work names; null: there is no such post of that author.
   * `decide` may be asked more than once. Errors: ALREADY_EXISTS (the request id), and whatever `decide` throws.
   */
  change<T>(
    work: PostWork & { readonly postId: string },
    decide: (post: PostRecord | null, nowMs: number) => PostPlan<T>,
  ): Promise<LogOutcome<T>>;
  /** Null: there is none, in whatever state. */
  post(appId: AppId, viewerId: UserId, postId: string): Promise<ViewedPost | null>;
  /** Newest first; at most POSTS_MAX_PAGE. */
  postsOf(appId: AppId, viewerId: UserId, authorId: UserId, page: PostPage): Promise<ViewedPost[]>;
}
