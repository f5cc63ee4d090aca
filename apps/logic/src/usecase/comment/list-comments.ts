import type { UserContext } from '../caller.js';
import type { Moments } from '../moment/ports.js';
import { readReactions, type ReactionsAnswer, type ReactionsInput } from './reaction-pages.js';
import type { CommentRecord } from './read-ports.js';

/** Comments of a post that the caller sees, oldest first. Errors: INVALID_ARGUMENT, NOT_FOUND (also: not for the caller). */
export class ListComments {
  constructor(readonly deps: { readonly moments: Moments }) {}

  run(context: UserContext, input: ReactionsInput): Promise<ReactionsAnswer<CommentRecord>> {
    const { appId, caller } = context;
    return readReactions(this.deps.moments, context, input, ({ reactions }, post, page) =>
      reactions.comments(appId, caller.userId, post, page),
    );
  }
}
