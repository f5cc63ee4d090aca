import { canSeePost, isInReach, parseUserId } from '@queqiao/domain';

import type { UserContext } from '../caller.js';
import type { Posts } from './ports.js';
import { readPosts, type PostsAnswer } from './post-pages.js';

/** Posts of one user, newest first, as far as the caller may see them. Errors: INVALID_ARGUMENT. */
export class ListPosts {
  constructor(readonly deps: { readonly posts: Pick<Posts, 'postsOf'> }) {}

  async run(
    { appId, caller }: UserContext,
    input: { readonly userId: string; readonly pageToken: string; readonly limit: number },
  ): Promise<PostsAnswer> {
    const { posts } = this.deps;
    const viewerId = caller.userId;
    const authorId = parseUserId(input.userId);
    return readPosts(input, (page) => posts.postsOf(appId, viewerId, authorId, page), {
      isShown: ({ post, relation }) => canSeePost(viewerId, post, relation),
      // To strangers a user with posts looks like one without, and like nobody.
      isEnd: ({ post, relation }) => !isInReach(viewerId, post, relation),
    });
  }
}
