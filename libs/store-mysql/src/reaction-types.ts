import type {
  AppId,
  CommentId,
  CommentState,
  PostId,
  ReactionRelation,
  UserId,
} from '@queqiao/domain';
import type { LogEntry, LogOutcome, LogWork } from './log-types.js';
import type { PostRecord, PostStore, ViewedPost } from './moment-types.js';
import type { TimelineReads } from './timeline-types.js';

export interface LikeRecord {
  readonly userId: UserId;
  readonly createdMs: number;
}

export interface CommentRecord {
  readonly commentId: CommentId;
  readonly authorId: UserId;
  readonly text: string;
  readonly createdMs: number;
  /** The comment that this one answers; null: none, or none that the viewer sees, or it is gone. */
  readonly answered: { readonly commentId: CommentId; readonly authorId: UserId } | null;
}

/** How many of a post a viewer sees, of the oldest REACTIONS_MAX_LOOK; `countIsBound`: the post has more. */
export interface ReactionCount {
  readonly count: number;
  readonly countIsBound: boolean;
}

/** What a viewer who sees a post sees of its likes and comments, oldest first. */
export interface Reactions {
  /** At most LIKES_PREVIEW_MAX users. */
  readonly likes: ReactionCount & { readonly mine: boolean; readonly userIds: readonly UserId[] };
  /** At most COMMENTS_PREVIEW_MAX. */
  readonly comments: ReactionCount & { readonly comments: readonly CommentRecord[] };
}

/** A place in a list of reactions: oldest first, by id among those of the same millisecond. */
export interface ReactionPlace {
  readonly createdMs: number;
  readonly id: string;
}

export interface ReactionPage {
  /** The first one to look at; null: from the oldest. */
  readonly from: ReactionPlace | null;
  readonly limit: number;
}

export interface ReactionRows<T> {
  readonly rows: readonly T[];
  /** The first one that was not looked at; null: there are no more. */
  readonly next: ReactionPlace | null;
}

type PostKey = Pick<PostRecord, 'postId' | 'authorId'>;

/**
 * Likes and comments as far as a viewer sees them who sees the post, which is for the caller to ask. Whatever is read looks at
 * REACTIONS_MAX_LOOK of a post at most.
 */
export interface ReactionReads {
  /** Of the posts of a page, in a number of statements that does not grow with them; each post has its line. */
  of(
    appId: AppId,
    viewerId: UserId,
    posts: readonly PostKey[],
  ): Promise<ReadonlyMap<PostId, Reactions>>;
  /** At most REACTIONS_MAX_PAGE; fewer, even none, may be followed by more. */
  likes(
    appId: AppId,
    viewerId: UserId,
    post: PostKey,
    page: ReactionPage,
  ): Promise<ReactionRows<LikeRecord>>;
  comments(
    appId: AppId,
    viewerId: UserId,
    post: PostKey,
    page: ReactionPage,
  ): Promise<ReactionRows<CommentRecord>>;
}

/** Posts, references and reactions as of one moment. */
export interface MomentReads {
  readonly posts: Pick<PostStore, 'post' | 'postsOf'>;
  readonly timelines: TimelineReads;
  readonly reactions: ReactionReads;
}

export interface MomentReader {
  /**
   * Runs reads that see one moment, not before the call: who was shown a post by what held at one moment is not shown what was
   * said under it at another. One statement at a time, and nothing but these reads: they hold a connection.
   */
  atOnce<T>(read: (reads: MomentReads) => Promise<T>): Promise<T>;
}

/** A user's doing about one post; told in that user's feed, which is locked. */
export interface ReactionWork extends LogWork {
  readonly userId: UserId;
  readonly postId: string;
}

/** The post under its lock, and what its viewer and its author are to each other then; null: there is none. */
export type DecideReaction = (post: ViewedPost | null) => LogEntry;

/** A comment of the post that is there, and what its writer and the user are to each other. */
export interface CommentFacts {
  readonly writerId: UserId;
  readonly relation: ReactionRelation;
}

/**
 * `decide` sees the post under its lock, which is kept to the end: what it lets pass is written before the post can go. Every `decide` may be asked more than
 * once; what it throws undoes everything. All are idempotent by their request. Errors: ALREADY_EXISTS (the request id), and
 * whatever `decide` throws.
 */
export interface ReactionStore {
  /** Likes of one post do not wait for each other. A like that is there stays as it is, and nothing is told. */
  like(work: ReactionWork, decide: DecideReaction): Promise<LogOutcome<null>>;
  unlike(work: ReactionWork, decide: DecideReaction): Promise<LogOutcome<null>>;
  share(
    work: ReactionWork,
    decide: DecideReaction,
  ): Promise<LogOutcome<{ readonly shareCount: number }>>;
  /** Comments of one post are written one after the other, and their times follow that order. */
  comment(
    work: ReactionWork & { readonly replyTo: string },
    decide: (
      post: ViewedPost | null,
      more: { readonly commentsMade: number; readonly answered: CommentFacts | null },
    ) => { readonly text: string; readonly entry: LogEntry },
  ): Promise<LogOutcome<{ readonly commentId: CommentId; readonly createdMs: number }>>;
  /** What it said is gone with it. */
  deleteComment(
    work: ReactionWork & { readonly commentId: string },
    decide: (
      post: ViewedPost | null,
      comment: CommentFacts | null,
    ) => { readonly state: CommentState; readonly entry: LogEntry },
  ): Promise<LogOutcome<null>>;
}

/** Likes, and comments, of one post that a read looks at. */
export const REACTIONS_MAX_LOOK = 1_000;
/** Rows of one page of every list. */
export const REACTIONS_MAX_PAGE = 100;
/** Users that a post names who like it. */
export const LIKES_PREVIEW_MAX = 20;
/** Comments that come with a post. */
export const COMMENTS_PREVIEW_MAX = 10;
