import type { UserContext } from '../caller.js';
import type { Moments } from '../moment/ports.js';
import { readReactions, type ReactionsAnswer, type ReactionsInput } from './reaction-pages.js';
import type { LikeRecord } from './read-ports.js';

/** Likes of a post that the caller sees, oldest first. Errors: INVALID_ARGUMENT, NOT_FOUND (also: not for the caller). */
export class ListLikes {
  constructor(readonly deps: { readonly moments: Moments }) {}

  run(context: UserContext, input: ReactionsInput): Promise<ReactionsAnswer<LikeRecord>> {
    const { appId, caller } = context;
    return readReactions(this.deps.moments, context, input, ({ reactions }, post, page) =>
      reactions.likes(appId, caller.userId, post, page),
    );
  }
}
