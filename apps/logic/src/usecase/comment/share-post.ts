import type { UserContext } from '../caller.js';
import { settled } from '../change/change-request.js';
import type { ChangeOptions } from '../change/ports.js';
import {
  demandSeen,
  ownNotice,
  reactionWork,
  type ReactionDeps,
  type ReactionInput,
} from './change-deps.js';

/** Counts that the caller passed a post on. Errors: INVALID_ARGUMENT, NOT_FOUND (also: not for the caller). */
export class SharePost {
  constructor(
    readonly deps: ReactionDeps,
    readonly options: ChangeOptions,
  ) {}

  async run(context: UserContext, input: ReactionInput): Promise<{ shareCount: number }> {
    const work = reactionWork(context, this.options, input, 'SharePost');
    const outcome = await this.deps.reactions.share(work, (viewed) =>
      ownNotice(this.deps, context, demandSeen(viewed, context).postId),
    );
    return settled(this.deps.push, outcome);
  }
}
