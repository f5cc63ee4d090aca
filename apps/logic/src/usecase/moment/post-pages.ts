import type { UserContext } from '../caller.js';
import { decodePage, encodePage, pageLimit } from '../paging.js';
import type { PostPage, PostPlace, PostRecord, ViewedPost } from './ports.js';
import { fitting, type SeenPost } from './seen-posts.js';

export const POSTS_LIMIT_DEFAULT = 20;
export const POSTS_LIMIT_MAX = 50;
/** Reads of one page: of a list whose newest posts are not for the viewer the rest comes by the next page. */
export const POSTS_MAX_READS = 3;

export interface PostRows {
  readonly posts: PostRecord[];
  /** Empty: this was the last page. */
  readonly nextPageToken: string;
}

/** What of a list the viewer is shown. */
export interface Shown {
  readonly isShown: (viewed: ViewedPost) => boolean;
  /** Neither this one nor any further down is shown. */
  readonly isEnd?: (viewed: ViewedPost) => boolean;
}

/**
 * One page of a list by place, without what the viewer may not see. A place that was passed is not come back to, whatever is
 * put above it meanwhile: nothing is there twice, and nothing is passed over that was there all the time. Errors:
 * INVALID_ARGUMENT.
 */
export async function readPosts(
  input: { readonly pageToken: string; readonly limit: number },
  read: (page: PostPage) => Promise<ViewedPost[]>,
  { isShown, isEnd = () => false }: Shown,
): Promise<PostRows> {
  const limit = postsLimit(input.limit);
  const token = decodePage(input.pageToken, ['number', 'id']);
  let before: PostPlace | null = token === null ? null : { createdMs: token[0], postId: token[1] };
  const posts: PostRecord[] = [];
  for (let reads = 0; reads < POSTS_MAX_READS && posts.length < limit; reads += 1) {
    const rows = await read({ before, limit });
    let looked = 0;
    for (const viewed of rows) {
      if (posts.length === limit) break;
      if (isEnd(viewed)) return { posts, nextPageToken: '' };
      if (isShown(viewed)) posts.push(viewed.post);
      before = viewed.post;
      looked += 1;
    }
    if (rows.length < limit && looked === rows.length) return { posts, nextPageToken: '' };
  }
  return { posts, nextPageToken: before === null ? '' : placeToken(before) };
}

/** The page with what was said under its posts, as far as an answer has room; the rest comes by the next page. */
export function cutPage(
  context: UserContext,
  posts: readonly SeenPost[],
  nextPageToken: string,
): { readonly posts: SeenPost[]; readonly nextPageToken: string } {
  const fit = fitting(posts, context);
  const last = fit.at(-1);
  const isCut = last !== undefined && fit.length < posts.length;
  return { posts: fit, nextPageToken: isCut ? placeToken(last.post) : nextPageToken };
}

/** Errors: INVALID_ARGUMENT. */
export function postsLimit(limit: number): number {
  return pageLimit(limit, { byDefault: POSTS_LIMIT_DEFAULT, max: POSTS_LIMIT_MAX });
}

function placeToken({ createdMs, postId }: PostPlace): string {
  return encodePage([createdMs, postId]);
}
