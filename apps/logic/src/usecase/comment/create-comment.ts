import {
  canSeeReaction,
  DomainError,
  invalidArgument,
  isId,
  type CommentId,
} from '@queqiao/domain';

import { activeApp } from '../app/active-app.js';
import type { AppRules } from '../app/ports.js';
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

export interface CreateCommentInput extends ReactionInput {
  readonly text: string;
  /** Empty: it answers no other comment. */
  readonly replyToCommentId: string;
}

/**
 * Errors: INVALID_ARGUMENT, LIMIT_EXCEEDED, NOT_FOUND (a post, or a comment to answer, that is gone, of another post, or not for the
 * caller).
 */
export class CreateComment {
  constructor(
    readonly deps: ReactionDeps,
    readonly options: ChangeOptions,
  ) {}

  async run(
    context: UserContext,
    input: CreateCommentInput,
  ): Promise<{ commentId: CommentId; createdMs: number }> {
    const { apps, reactions, push } = this.deps;
    const work = reactionWork(context, this.options, input, 'CreateComment');
    const rules = await activeApp(apps, context.appId);
    const text = checkText(input.text, rules);
    const replyTo = checkReplyTo(input.replyToCommentId);
    const viewerId = context.caller.userId;
    const outcome = await reactions.comment({ ...work, replyTo }, (viewed, more) => {
      const { postId, authorId } = demandSeen(viewed, context);
      const { answered, commentsMade } = more;
      const seen =
        answered !== null &&
        canSeeReaction(viewerId, { writerId: answered.writerId, authorId }, answered.relation);
      if (replyTo !== '' && !seen) throw noComment('reply_to_comment_id');
      demandRoom(commentsMade, rules);
      return { text, entry: ownNotice(this.deps, context, postId) };
    });
    return settled(push, outcome);
  }
}

function checkText(text: string, { maxCommentTextBytes: max }: AppRules): string {
  if (text === '') throw invalidArgument('text', 'must not be empty');
  const bytes = Buffer.byteLength(text);
  if (bytes <= max) return text;
  const what = `has ${bytes} bytes, more than ${max} (maxCommentTextBytes)`;
  throw new DomainError('LIMIT_EXCEEDED', what, { field: 'text' });
}

function checkReplyTo(commentId: string): string {
  if (commentId === '' || isId(commentId)) return commentId;
  throw invalidArgument('reply_to_comment_id', 'must match [A-Za-z0-9_.-]{1,64}, or be empty');
}

function demandRoom(made: number, { maxCommentsPerPost: max }: AppRules): void {
  if (made < max) return;
  throw new DomainError('LIMIT_EXCEEDED', `the post has had ${max} comments already`, {
    field: 'maxCommentsPerPost',
  });
}

/** Also for what the caller may not know of. */
export function noComment(field: string): DomainError {
  return new DomainError('NOT_FOUND', 'there is no such comment', { field });
}
