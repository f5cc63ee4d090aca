import { invalidArgument, isInTimeline } from '@queqiao/domain';

import type { UserContext } from '../caller.js';
import { decodePage, encodePage } from '../paging.js';
import type { ArrivalClock, Moments } from './ports.js';
import { postsLimit } from './post-pages.js';
import { fitting, withReactions, type SeenPost } from './seen-posts.js';

/** What bears an earlier time than this before now has arrived, or never will; see the store. */
export const ARRIVALS_OVERLAP_MS = 60_000;

export interface NewPostsAnswer {
  readonly posts: SeenPost[];
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
  constructor(readonly deps: { readonly moments: Moments; readonly clock: ArrivalClock }) {}

  async run(
    context: UserContext,
    input: { readonly newerToken: string; readonly limit: number },
  ): Promise<NewPostsAnswer> {
    const { moments, clock } = this.deps;
    const { appId, caller } = context;
    const limit = postsLimit(input.limit);
    const place = decode(input.newerToken);
    // Where the next round begins is known before this one does.
    const nextMs = place.nextMs === 0 ? await arrivalsFrom(clock) : place.nextMs;
    const { posts, last } = await moments.atOnce(async ({ timelines, reactions }) => {
      const rows = await timelines.arrivals(appId, caller.userId, { after: place, limit });
      const shown = rows.filter(({ post, relation }) =>
        isInTimeline(caller.userId, post, relation),
      );
      const seen = shown.map(({ post }) => post);
      const fit = fitting(await withReactions(reactions, context, seen), context);
      const looked = rows.length < limit ? undefined : rows.at(-1);
      return { posts: fit, last: fit.length < shown.length ? shown[fit.length - 1] : looked };
    });
    const further = last && encodePage([nextMs, last.arrivedMs, last.post.postId]);
    return { posts, newerToken: further ?? roundFrom(nextMs), more: last !== undefined };
  }
}

/** What arrives from now on bears this time or a later one. */
export async function arrivalsFrom(clock: ArrivalClock): Promise<number> {
  return (await clock.nowMs()) - ARRIVALS_OVERLAP_MS;
}

/** The token of a round that begins there. */
export function roundFrom(arrivedMs: number): string {
  return encodePage([0, arrivedMs, '']);
}

/** `nextMs`: where the round after this one begins; 0: this one has not begun. */
function decode(token: string): { nextMs: number; arrivedMs: number; postId: string } {
  const parts = decodePage(token, ['number', 'number', 'id'], 'newer_token');
  if (parts === null) throw invalidArgument('newer_token', 'is missing');
  const [nextMs, arrivedMs, postId] = parts;
  return { nextMs, arrivedMs, postId };
}
