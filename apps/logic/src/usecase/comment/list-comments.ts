import type { UserContext } from '../caller.js';
import type { Moments } from '../moment/ports.js';
import { withinBytes } from '../paging.js';
import { readReactions, type ReactionsAnswer, type ReactionsInput } from './reaction-pages.js';
import type { CommentRecord, ReactionRows } from './read-ports.js';

/** Comments of a post that the caller sees, oldest first. Errors: INVALID_ARGUMENT, NOT_FOUND (also: not for the caller). */
export class ListComments {
  constructor(readonly deps: { readonly moments: Moments }) {}

  run(context: UserContext, input: ReactionsInput): Promise<ReactionsAnswer<CommentRecord>> {
    const { appId, caller } = context;
    return readReactions(this.deps.moments, context, input, async ({ reactions }, post, page) =>
      cut(await reactions.comments(appId, caller.userId, post, page)),
    );
  }
}

/** As far as an answer has room. */
function cut(page: ReactionRows<CommentRecord>): ReactionRows<CommentRecord> {
  const rows = withinBytes(page.rows, ({ text }) => Buffer.byteLength(text));
  const next = page.rows[rows.length];
  if (next === undefined) return page;
  return { rows, next: { createdMs: next.createdMs, id: next.commentId } };
}
