import type { UserContext } from '../caller.js';
import type { ChangeOptions } from '../change/ports.js';
import { changeFriends, type FriendChangeDeps, type FriendChangeInput } from './change-deps.js';
import { partingSteps } from './friend-steps.js';

/** Ends a friendship for both sides; not being friends is no error. Errors: INVALID_ARGUMENT, NOT_FOUND (no such user). */
export class DeleteFriend {
  constructor(
    readonly deps: FriendChangeDeps,
    readonly options: ChangeOptions,
  ) {}

  async run(context: UserContext, input: FriendChangeInput): Promise<null> {
    return changeFriends(this.deps, this.options, context, input, {
      method: 'DeleteFriend',
      feeds: 'both',
      chat: false,
      withGone: true,
      decide: (facts, telling) => ({ steps: partingSteps(facts, telling), answer: () => null }),
    });
  }
}
