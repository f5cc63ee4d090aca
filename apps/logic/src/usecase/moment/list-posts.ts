import { canSeePost, isInReach, parseUserId } from '@queqiao/domain';

import type { UserContext } from '../caller.js';
import type { Moments } from './ports.js';
import { cutPage, readPosts } from './post-pages.js';
import { withReactions, type SeenPost } from './seen-posts.js';

export interface PostsAnswer {
  readonly posts: SeenPost[];
  /** Empty: this was the last page. */
  readonly nextPageToken: string;
}

/** Posts of one user, newest first, as far as the caller may see them. Errors: INVALID_ARGUMENT. */
export class ListPosts {
  constructor(readonly deps: { readonly moments: Moments }) {}

  async run(
    context: UserContext,
    input: { readonly userId: string; readonly pageToken: string; readonly limit: number },
  ): Promise<PostsAnswer> {
    const { appId, caller } = context;
    const viewerId = caller.userId;
    const authorId = parseUserId(input.userId);
    return this.deps.moments.atOnce(async ({ posts, reactions }) => {
      const page = await readPosts(input, (at) => posts.postsOf(appId, viewerId, authorId, at), {
        isShown: ({ post, relation }) => canSeePost(viewerId, post, relation),
        // To strangers a user with posts looks like one without, and like nobody.
        isEnd: ({ post, relation }) => !isInReach(viewerId, post, relation),
      });
      const seen = await withReactions(reactions, context, page.posts);
      return cutPage(context, seen, page.nextPageToken);
    });
  }
}
