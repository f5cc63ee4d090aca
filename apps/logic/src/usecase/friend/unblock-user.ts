import type { UserContext } from '../caller.js';
import type { ChangeOptions } from '../change/ports.js';
import { blockSteps } from './block-user.js';
import { changeFriends, type FriendChangeDeps, type FriendChangeInput } from './change-deps.js';

/** Takes a block back; not having blocked the user is no error. Errors: INVALID_ARGUMENT, NOT_FOUND. */
export class UnblockUser {
  constructor(
    readonly deps: FriendChangeDeps,
    readonly options: ChangeOptions,
  ) {}

  async run(context: UserContext, input: FriendChangeInput): Promise<null> {
    return changeFriends(this.deps, this.options, context, input, {
      method: 'UnblockUser',
      feeds: 'own',
      chat: false,
      decide: (facts, telling) => ({
        steps: facts.own.blocks ? blockSteps(facts, false, telling) : [],
        answer: () => null,
      }),
    });
  }
}
