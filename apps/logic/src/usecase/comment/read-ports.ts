import type { AppId, CommentId, PostId, UserId } from '@queqiao/domain';

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

/** How many a viewer sees of those that are looked at; `countIsBound`: the post has more. */
interface ReactionCount {
  readonly count: number;
  readonly countIsBound: boolean;
}

/** What a viewer who sees a post sees of its likes and comments: some of them, oldest first, and how many. */
export interface Reactions {
  readonly likes: ReactionCount & { readonly mine: boolean; readonly userIds: readonly UserId[] };
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

interface PostKey {
  readonly postId: PostId;
  readonly authorId: UserId;
}

/** Whether the viewer sees the posts is not asked; whether each reaction, is. */
export interface ReactionReads {
  /** Each of the posts has its line. */
  of(
    appId: AppId,
    viewerId: UserId,
    posts: readonly PostKey[],
  ): Promise<ReadonlyMap<PostId, Reactions>>;
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
