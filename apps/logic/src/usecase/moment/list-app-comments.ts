import type { BusinessContext } from '../caller.js';
import { decodePage, encodePage, pageLimit, withinBytes } from '../paging.js';
import type { AppComment, AppPosts } from './app-ports.js';
import { checkPostId, noPost } from './change-deps.js';
import { APP_PAGE_MAX_BYTES } from './list-app-posts.js';

export const APP_COMMENTS_LIMIT_DEFAULT = 50;
export const APP_COMMENTS_LIMIT_MAX = 100;

export interface ListAppCommentsInput {
  readonly postId: string;
  readonly includeGone: boolean;
  readonly pageToken: string;
  readonly limit: number;
}

/** Comments of a post, oldest first, whoever sees them. Errors: INVALID_ARGUMENT, NOT_FOUND. */
export class ListAppComments {
  constructor(readonly deps: { readonly appPosts: Pick<AppPosts, 'post' | 'comments'> }) {}

  async run(
    { appId }: BusinessContext,
    input: ListAppCommentsInput,
  ): Promise<{ comments: AppComment[]; nextPageToken: string }> {
    const bounds = { byDefault: APP_COMMENTS_LIMIT_DEFAULT, max: APP_COMMENTS_LIMIT_MAX };
    const limit = pageLimit(input.limit, bounds);
    const token = decodePage(input.pageToken, ['id']);
    const post = await this.deps.appPosts.post(appId, checkPostId(input.postId));
    if (post === null) throw noPost();
    const after = token === null ? null : { createdMs: 0, id: token[0] };
    const wanted = [{ postId: post.postId, after }];
    const found = await this.deps.appPosts.comments(appId, wanted, limit);
    const rows = withinBytes(found, ({ text }) => Buffer.byteLength(text), APP_PAGE_MAX_BYTES);
    const comments = rows.filter(({ state }) => input.includeGone || state === 'present');
    const last = rows.at(-1);
    const done = last === undefined || (found.length < limit && rows.length === found.length);
    return { comments, nextPageToken: done ? '' : encodePage([last.commentId]) };
  }
}
