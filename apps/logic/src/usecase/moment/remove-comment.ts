import { DomainError, invalidArgument, isId } from '@queqiao/domain';

import type { BusinessContext } from '../caller.js';
import { actorOf, changeRequest, notice, settled } from '../change/change-request.js';
import type { ChangeOptions, CommitPusher } from '../change/ports.js';
import type { AppComment, AppPosts } from './app-ports.js';
import { checkPostId, noPost, type PostChangeInput } from './change-deps.js';
import type { PostNotices } from './ports.js';

export interface RemoveCommentDeps {
  readonly appPosts: Pick<AppPosts, 'post' | 'comment' | 'removeComment'>;
  readonly notices: Pick<PostNotices, 'postChanged'>;
  readonly push: CommitPusher;
}

/** Takes a comment away from everybody, and tells its writer. Errors: INVALID_ARGUMENT, NOT_FOUND (also: it was deleted). */
export class RemoveComment {
  constructor(
    readonly deps: RemoveCommentDeps,
    readonly options: ChangeOptions,
  ) {}

  async run(
    context: BusinessContext,
    input: PostChangeInput & { readonly commentId: string },
  ): Promise<null> {
    const { appPosts, notices, push } = this.deps;
    const { appId, caller } = context;
    const request = changeRequest(context, input.clientRequestId, 'RemoveComment');
    const postId = checkPostId(input.postId);
    const { commentId } = input;
    if (!isId(commentId)) throw invalidArgument('comment_id', 'must match [A-Za-z0-9_.-]{1,64}');
    const post = await appPosts.post(appId, postId);
    if (post === null) throw noPost();
    // Whose it is never changes.
    const known = await appPosts.comment(appId, postId, commentId);
    if (known === null) throw noComment();
    const work = { ...this.options, appId, request, postId, commentId, writerId: known.authorId };
    const words = notices.postChanged(post.postId, false);
    const outcome = await appPosts.removeComment(work, (comment) => {
      if (post.state === 'deleted') throw noPost();
      if (comment === null || isDeleted(comment)) throw noComment();
      if (comment.state === 'removed') return null;
      return notice(actorOf(caller), words, { shown: false });
    });
    return settled(push, outcome);
  }
}

function isDeleted({ state }: AppComment): boolean {
  return state === 'deleted' || state === 'dismissed';
}

function noComment(): DomainError {
  return new DomainError('NOT_FOUND', 'there is no such comment', { field: 'comment_id' });
}
