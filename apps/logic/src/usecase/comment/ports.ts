import type { CommentId, CommentState, ReactionRelation, UserId } from '@queqiao/domain';

import type { ChangeOutcome, ChangeWork, NewEntry } from '../change/ports.js';
import type { ViewedPost } from '../moment/ports.js';

/** A user's doing about one post. */
export interface ReactionWork extends ChangeWork {
  readonly userId: UserId;
  readonly postId: string;
}

/** What is told of it; null: there is no such post. */
export type DecideReaction = (post: ViewedPost | null) => NewEntry;

/** A comment that is there, and what its writer and the user are to each other. */
export interface CommentFacts {
  readonly writerId: UserId;
  readonly relation: ReactionRelation;
}

/**
 * The post is as it is until the change is over. `decide` may be asked more than once. Errors of all: ALREADY_EXISTS
 * (client_request_id), and whatever `decide` throws.
 */
export interface ReactionChanges {
  /** What is so already is told to nobody; so with `unlike`. */
  like(work: ReactionWork, decide: DecideReaction): Promise<ChangeOutcome<null>>;
  unlike(work: ReactionWork, decide: DecideReaction): Promise<ChangeOutcome<null>>;
  share(
    work: ReactionWork,
    decide: DecideReaction,
  ): Promise<ChangeOutcome<{ readonly shareCount: number }>>;
  comment(
    work: ReactionWork & { readonly replyTo: string },
    decide: (
      post: ViewedPost | null,
      more: { readonly commentsMade: number; readonly answered: CommentFacts | null },
    ) => { readonly text: string; readonly entry: NewEntry },
  ): Promise<ChangeOutcome<{ readonly commentId: CommentId; readonly createdMs: number }>>;
  deleteComment(
    work: ReactionWork & { readonly commentId: string },
    decide: (
      post: ViewedPost | null,
      comment: CommentFacts | null,
    ) => { readonly state: CommentState; readonly entry: NewEntry },
  ): Promise<ChangeOutcome<null>>;
}
