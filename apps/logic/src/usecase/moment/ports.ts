import type { AppId, PostFacts, PostId, PostRelation, UserId } from '@queqiao/domain';

import type { AppRules } from '../app/ports.js';
import type { ChangeOutcome, ChangeWork, EncodedEntry, NewEntry } from '../change/ports.js';
import type { ReactionReads } from '../comment/read-ports.js';

export interface PostRecord extends PostFacts {
  readonly postId: PostId;
  /** An encoded queqiao.client.v1.PostContent; use cases do not look inside. */
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

export interface PostWork extends ChangeWork {
  readonly authorId: UserId;
}

export interface NewPost extends Pick<PostRecord, 'content' | 'mentions' | 'audience'> {
  readonly limits: PostLimits;
}

export type PostLimits = Pick<AppRules, 'maxFanOutFriends' | 'maxPostsPerDay'>;

/** Fields left undefined stay. */
export type PostPatch = Partial<
  Pick<PostRecord, 'content' | 'mentions' | 'audience' | 'editedMs' | 'revision' | 'state'>
>;

export interface PostPlan<T> {
  /** Null: nothing, and nothing is told. */
  readonly change: { readonly patch: PostPatch; readonly entry: NewEntry } | null;
  readonly answer: T;
}

export interface PostPage {
  /** The last one of the page before; null: from the newest. */
  readonly before: PostPlace | null;
  readonly limit: number;
}

export interface Posts {
  /** A post of now. Errors: ALREADY_EXISTS (client_request_id), LIMIT_EXCEEDED (maxPostsPerDay). */
  create(
    work: PostWork,
    post: NewPost,
    entry: (postId: PostId) => NewEntry,
  ): Promise<ChangeOutcome<{ readonly postId: PostId; readonly createdMs: number }>>;
  /**
   * A change of one post; null: there is no such post of that author. `decide` may be asked more than once. Errors:
   * ALREADY_EXISTS (client_request_id), and whatever `decide` throws.
   */
  change<T>(
    work: PostWork & { readonly postId: string },
    decide: (post: PostRecord | null, nowMs: number) => PostPlan<T>,
  ): Promise<ChangeOutcome<T>>;
}

/** Whether the viewer sees what is read is not asked. */
export interface PostReads {
  /** Null: there is none. */
  post(appId: AppId, viewerId: UserId, postId: string): Promise<ViewedPost | null>;
  postsOf(appId: AppId, viewerId: UserId, authorId: UserId, page: PostPage): Promise<ViewedPost[]>;
}

/** What may be shown in a user's timeline, with what decides it. */
export interface TimelineReads {
  /** Newest first. */
  page(appId: AppId, userId: UserId, page: PostPage): Promise<ViewedPost[]>;
  /** In the order of arrival, above a place. */
  arrivals(
    appId: AppId,
    userId: UserId,
    page: {
      readonly after: { readonly arrivedMs: number; readonly postId: string };
      readonly limit: number;
    },
  ): Promise<(ViewedPost & { readonly arrivedMs: number })[]>;
}

/** The clock by which things arrive. */
export interface ArrivalClock {
  nowMs(): Promise<number>;
}

/** Everything that an answer with posts is made of. */
export interface MomentReads {
  readonly posts: PostReads;
  readonly timelines: TimelineReads;
  readonly reactions: ReactionReads;
}

export interface Moments {
  /**
   * Runs reads that see one moment, not before the call: a post that is shown by what held at one moment must not come with what
   * was said under it at another. One read at a time, and nothing else meanwhile.
   */
  atOnce<T>(read: (reads: MomentReads) => Promise<T>): Promise<T>;
}

/** Words of self feeds about posts, encoded. */
export interface PostNotices {
  postChanged(postId: PostId, removed: boolean): EncodedEntry;
}

/** A content as it came in: what the rules look at, and what is stored. */
export interface PostInput {
  readonly fields: PostContentFields;
  readonly encoded: Uint8Array;
}

/** By the names of content rules; their values are unchecked. */
type Fields = Readonly<Record<string, unknown>>;

export interface PostContentFields {
  readonly text: string;
  readonly images: readonly Fields[];
  readonly video: Fields | undefined;
  readonly location: Fields | undefined;
  readonly link: Fields | undefined;
  readonly mentionedUserIds: readonly string[];
}
