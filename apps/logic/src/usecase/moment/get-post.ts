import { canSeePost } from '@queqiao/domain';

import type { UserContext } from '../caller.js';
import { checkPostId, noPost } from './change-deps.js';
import type { Moments } from './ports.js';
import { withReactions, type SeenPost } from './seen-posts.js';

/** Errors: INVALID_ARGUMENT, NOT_FOUND (also: not for the caller). */
export class GetPost {
  constructor(readonly deps: { readonly moments: Moments }) {}

  async run(context: UserContext, input: { readonly postId: string }): Promise<SeenPost> {
    const { userId } = context.caller;
    const postId = checkPostId(input.postId);
    const [seen] = await this.deps.moments.atOnce(async ({ posts, reactions }) => {
      const viewed = await posts.post(context.appId, userId, postId);
      if (viewed === null || !canSeePost(userId, viewed.post, viewed.relation)) return [];
      return withReactions(reactions, context, [viewed.post]);
    });
    if (seen === undefined) throw noPost();
    return seen;
  }
}
