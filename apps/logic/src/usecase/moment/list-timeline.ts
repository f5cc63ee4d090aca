import { isInTimeline } from '@queqiao/domain';

import type { UserContext } from '../caller.js';
import { arrivalsFrom, roundFrom } from './list-new-posts.js';
import type { PostsAnswer } from './list-posts.js';
import type { ArrivalClock, Moments } from './ports.js';
import { cutPage, readPosts } from './post-pages.js';
import { withReactions } from './seen-posts.js';

export interface TimelineAnswer extends PostsAnswer {
  /** With the first page: from where ListNewPosts goes on; else empty. */
  readonly newerToken: string;
}

/** Posts of the caller's and of friends', newest first. Errors: INVALID_ARGUMENT. */
export class ListTimeline {
  constructor(readonly deps: { readonly moments: Moments; readonly clock: ArrivalClock }) {}

  async run(
    context: UserContext,
    input: { readonly pageToken: string; readonly limit: number },
  ): Promise<TimelineAnswer> {
    const { moments, clock } = this.deps;
    const { userId } = context.caller;
    // Before the page is read, so that nothing falls between the two.
    const newerToken = input.pageToken === '' ? roundFrom(await arrivalsFrom(clock)) : '';
    return moments.atOnce(async ({ timelines, reactions }) => {
      const page = await readPosts(input, (at) => timelines.page(context.appId, userId, at), {
        isShown: ({ post, relation }) => isInTimeline(userId, post, relation),
      });
      const seen = await withReactions(reactions, context, page.posts);
      return { ...cutPage(context, seen, page.nextPageToken), newerToken };
    });
  }
}
