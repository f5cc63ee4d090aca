import { parseUserId, type UserId } from '@queqiao/domain';

import type { BusinessContext } from '../caller.js';
import { mustExist, type UserLookup } from '../must-exist.js';
import { decodePage, encodePage } from '../paging.js';
import type { AppPost, AppPosts } from './app-ports.js';
import { POSTS_MAX_READS, postsLimit } from './post-pages.js';
import type { PostPlace } from './ports.js';

/** Bytes of contents of one page for a back end, unless a single one is larger. */
export const APP_PAGE_MAX_BYTES = 1_048_576;

export interface ListAppPostsInput {
  /** Empty: the whole app. */
  readonly userId: string;
  readonly includeGone: boolean;
  readonly pageToken: string;
  readonly limit: number;
}

export interface AppPostsDeps {
  readonly appPosts: AppPosts;
  readonly users: UserLookup;
}

/** Posts of a user or of the whole app, newest first, whoever may see them. Errors: INVALID_ARGUMENT, NOT_FOUND. */
export class ListAppPosts {
  constructor(readonly deps: AppPostsDeps) {}

  async run(
    { appId }: BusinessContext,
    input: ListAppPostsInput,
  ): Promise<{ posts: AppPost[]; nextPageToken: string }> {
    const limit = postsLimit(input.limit);
    const token = decodePage(input.pageToken, ['number', 'id']);
    let before: PostPlace | null =
      token === null ? null : { createdMs: token[0], postId: token[1] };
    const authorId = await authorOf(this.deps, appId, input.userId);
    const posts: AppPost[] = [];
    let bytes = 0;
    for (let reads = 0; reads < POSTS_MAX_READS && posts.length < limit; reads += 1) {
      const rows = await this.deps.appPosts.posts(appId, authorId, { before, limit });
      for (const post of rows) {
        if (input.includeGone || post.state === 'present') {
          bytes += post.content.byteLength;
          const full = posts.length === limit || (bytes > APP_PAGE_MAX_BYTES && posts.length > 0);
          if (full) return { posts, nextPageToken: placeToken(before) };
          posts.push(post);
        }
        before = post;
      }
      if (rows.length < limit) return { posts, nextPageToken: '' };
    }
    return { posts, nextPageToken: placeToken(before) };
  }
}

/** Null for an empty id: everybody. Errors: INVALID_ARGUMENT, NOT_FOUND. */
export async function authorOf(
  { users }: Pick<AppPostsDeps, 'users'>,
  appId: BusinessContext['appId'],
  userId: string,
): Promise<UserId | null> {
  if (userId === '') return null;
  const authorId = parseUserId(userId);
  await mustExist(users, appId, [authorId], () => 'user_id');
  return authorId;
}

function placeToken(place: PostPlace | null): string {
  return place === null ? '' : encodePage([place.createdMs, place.postId]);
}
