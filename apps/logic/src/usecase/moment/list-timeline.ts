import { isInTimeline } from '@queqiao/domain';

import type { UserContext } from '../caller.js';
import { arrivalsFrom, roundFrom } from './list-new-posts.js';
import type { Timelines } from './ports.js';
import { readPosts, type PostsAnswer } from './post-pages.js';

export interface TimelineAnswer extends PostsAnswer {
  /** With the first page: from where ListNewPosts goes on; else empty. */
  readonly newerToken: string;
}

/** Posts of the caller's and of friends', newest first. Errors: INVALID_ARGUMENT. */
export class ListTimeline {
  constructor(readonly deps: { readonly timelines: Pick<Timelines, 'page' | 'nowMs'> }) {}

  async run(
    { appId, caller: { userId } }: UserContext,
    input: { readonly pageToken: string; readonly limit: number },
  ): Promise<TimelineAnswer> {
    const { timelines } = this.deps;
    // Before the page is read, so that nothing falls between the two.
    const newerToken = input.pageToken === '' ? roundFrom(await arrivalsFrom(timelines)) : '';
    const answer = await readPosts(input, (page) => timelines.page(appId, userId, page), {
      isShown: ({ post, relation }) => isInTimeline(userId, post, relation),
    });
    return { ...answer, newerToken };
  }
}
