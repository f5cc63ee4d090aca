import type { BusinessContext } from '../caller.js';
import type { AppPost, AppPosts } from './app-ports.js';
import { checkPostId, noPost } from './change-deps.js';

/** A post in whatever state, whoever may see it. Errors: INVALID_ARGUMENT, NOT_FOUND. */
export class GetAppPost {
  constructor(readonly deps: { readonly appPosts: Pick<AppPosts, 'post'> }) {}

  async run({ appId }: BusinessContext, input: { readonly postId: string }): Promise<AppPost> {
    const post = await this.deps.appPosts.post(appId, checkPostId(input.postId));
    if (post === null) throw noPost();
    return post;
  }
}
