import { invalidArgument, isInTimeline } from '@queqiao/domain';

import type { UserContext } from '../caller.js';
import { decodePage, encodePage } from '../paging.js';
import type { PostRecord, Timelines } from './ports.js';
import { postsLimit } from './post-pages.js';

/** What bears an earlier time than this before now has arrived, or never will; see the store. */
export const ARRIVALS_OVERLAP_MS = 60_000;

export interface NewPostsAnswer {
  readonly posts: PostRecord[];
  /** From where to go on, now or later. */
  readonly newerToken: string;
  /** There are more already. */
  readonly more: boolean;
}

/**
 * What came into the caller's timeline since a place, in the order in which it came: also a post that was made before others that
 * are shown already, but came after them. Those of the last minute before the place come again. Errors: INVALID_ARGUMENT.
 */
export class ListNewPosts {
  constructor(readonly deps: { readonly timelines: Pick<Timelines, 'arrivals' | 'nowMs'> }) {}

  async run(
    { appId, caller: { userId } }: UserContext,
    input: { readonly newerToken: string; readonly limit: number },
  ): Promise<NewPostsAnswer> {
    const { timelines } = this.deps;
    const limit = postsLimit(input.limit);
    const place = decode(input.newerToken);
    // Where the next round begins is known before this one does.
    const nextMs = place.nextMs === 0 ? await arrivalsFrom(timelines) : place.nextMs;
    const rows = await timelines.arrivals(appId, userId, { after: place, limit });
    const last = rows.length < limit ? undefined : rows.at(-1);
    const shown = rows.filter(({ post, relation }) => isInTimeline(userId, post, relation));
    return {
      posts: shown.map(({ post }) => post),
      newerToken:
        last === undefined
          ? roundFrom(nextMs)
          : encodePage([nextMs, last.arrivedMs, last.post.postId]),
      more: last !== undefined,
    };
  }
}

/** What arrives from now on bears this time or a later one. */
export async function arrivalsFrom(timelines: Pick<Timelines, 'nowMs'>): Promise<number> {
  return (await timelines.nowMs()) - ARRIVALS_OVERLAP_MS;
}

/** The token of a round that begins there. */
export function roundFrom(arrivedMs: number): string {
  return encodePage([0, arrivedMs, '']);
}

/** `nextMs`: where the round after this one begins; 0: this one has not begun. */
function decode(token: string): { nextMs: number; arrivedMs: number; postId: string } {
  const parts = decodePage(token, ['number', 'number', 'string'], 'newer_token');
  if (parts === null) throw invalidArgument('newer_token', 'is missing');
  const [nextMs, arrivedMs, postId] = parts;
  return { nextMs, arrivedMs, postId };
}
