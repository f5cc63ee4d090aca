import { canSeePost } from '@queqiao/domain';

import type { UserContext } from '../caller.js';
import { checkPostId, noPost } from './change-deps.js';
import type { PostRecord, Posts } from './ports.js';

/** Errors: INVALID_ARGUMENT, NOT_FOUND (also: not for the caller). */
export class GetPost {
  constructor(readonly deps: { readonly posts: Pick<Posts, 'post'> }) {}

  async run(
    { appId, caller }: UserContext,
    input: { readonly postId: string },
  ): Promise<PostRecord> {
    const viewed = await this.deps.posts.post(appId, caller.userId, checkPostId(input.postId));
    if (viewed === null || !canSeePost(caller.userId, viewed.post, viewed.relation)) throw noPost();
    return viewed.post;
  }
}
