import { canSeePost } from '@queqiao/domain';

import type { UserContext } from '../caller.js';
import { checkPostId, noPost } from '../moment/change-deps.js';
import type { MomentReads, Moments, PostRecord } from '../moment/ports.js';
import { decodePage, encodePage, pageLimit } from '../paging.js';
import type { ReactionPage, ReactionRows } from './read-ports.js';

export const REACTIONS_LIMIT_DEFAULT = 50;
export const REACTIONS_LIMIT_MAX = 100;

export interface ReactionsInput {
  readonly postId: string;
  readonly pageToken: string;
  readonly limit: number;
}

export interface ReactionsAnswer<T> {
  readonly rows: readonly T[];
  /** Empty: this was the last page. */
  readonly nextPageToken: string;
}

/** One page of what is under a post that the caller sees at that moment. Errors: INVALID_ARGUMENT, NOT_FOUND. */
export async function readReactions<T>(
  moments: Moments,
  { appId, caller }: UserContext,
  input: ReactionsInput,
  read: (reads: MomentReads, post: PostRecord, page: ReactionPage) => Promise<ReactionRows<T>>,
): Promise<ReactionsAnswer<T>> {
  const postId = checkPostId(input.postId);
  const page = toPage(input);
  const { rows, next } = await moments.atOnce(async (reads) => {
    const viewed = await reads.posts.post(appId, caller.userId, postId);
    if (viewed === null || !canSeePost(caller.userId, viewed.post, viewed.relation)) throw noPost();
    return read(reads, viewed.post, page);
  });
  return { rows, nextPageToken: next === null ? '' : encodePage([next.createdMs, next.id]) };
}

function toPage({ pageToken, limit }: ReactionsInput): ReactionPage {
  const bounds = { byDefault: REACTIONS_LIMIT_DEFAULT, max: REACTIONS_LIMIT_MAX };
  const place = decodePage(pageToken, ['number', 'id']);
  const from = place === null ? null : { createdMs: place[0], id: place[1] };
  return { from, limit: pageLimit(limit, bounds) };
}
