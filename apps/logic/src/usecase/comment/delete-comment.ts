import {
  canSeeReaction,
  DomainError,
  invalidArgument,
  isId,
  type CommentState,
  type UserId,
} from '@queqiao/domain';

import type { UserContext } from '../caller.js';
import { settled } from '../change/change-request.js';
import type { ChangeOptions } from '../change/ports.js';
import {
  demandSeen,
  ownNotice,
  reactionWork,
  type ReactionDeps,
  type ReactionInput,
} from './change-deps.js';
import { noComment } from './create-comment.js';
import type { CommentFacts } from './ports.js';

export interface DeleteCommentInput extends ReactionInput {
  readonly commentId: string;
}

/**
 * Takes an own comment away, or any comment of an own post, also of a writer whom its author does not see any more. Errors:
 * INVALID_ARGUMENT, NOT_FOUND (also: gone already, or not for the caller), PERMISSION_DENIED.
 */
export class DeleteComment {
  constructor(
    readonly deps: ReactionDeps,
    readonly options: ChangeOptions,
  ) {}

  async run(context: UserContext, input: DeleteCommentInput): Promise<null> {
    const work = reactionWork(context, this.options, input, 'DeleteComment');
    const commentId = checkCommentId(input.commentId);
    const outcome = await this.deps.reactions.deleteComment(
      { ...work, commentId },
      (viewed, comment) => {
        const { postId, authorId } = demandSeen(viewed, context);
        const state = stateAfter(context.caller.userId, authorId, comment);
        return { state, entry: ownNotice(this.deps, context, postId) };
      },
    );
    return settled(this.deps.push, outcome);
  }
}

function checkCommentId(commentId: string): string {
  if (isId(commentId)) return commentId;
  throw invalidArgument('comment_id', 'must match [A-Za-z0-9_.-]{1,64}');
}

function stateAfter(userId: UserId, authorId: UserId, comment: CommentFacts | null): CommentState {
  const field = 'comment_id';
  if (comment === null) throw noComment(field);
  const { writerId, relation } = comment;
  if (writerId === userId) return 'deleted';
  if (authorId === userId) return 'dismissed';
  if (!canSeeReaction(userId, { writerId, authorId }, relation)) throw noComment(field);
  throw new DomainError('PERMISSION_DENIED', 'the comment is somebody else’s', { field });
}
