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

/** Errors: INVALID_ARGUMENT, NOT_FOUND (also: not for the caller). */
export class LikePost {
  constructor(
    readonly deps: ReactionDeps,
    readonly options: ChangeOptions,
  ) {}

  async run(context: UserContext, input: ReactionInput): Promise<null> {
    const work = reactionWork(context, this.options, input, 'LikePost');
    const outcome = await this.deps.reactions.like(work, (viewed) =>
      ownNotice(this.deps, context, demandSeen(viewed, context).postId),
    );
    return settled(this.deps.push, outcome);
  }
}
