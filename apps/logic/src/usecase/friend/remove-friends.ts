import type { BusinessContext } from '../caller.js';
import type { ChangeOptions, RequestIds } from '../change/ports.js';
import { changePairs, type PairsInput } from './change-pairs.js';
import type { FriendChangeDeps } from './change-deps.js';
import { partingSteps } from './friend-steps.js';
import type { UserPair } from './pairs.js';

/** Ends friendships on the app's behalf. Errors: INVALID_ARGUMENT, LIMIT_EXCEEDED (pairs), NOT_FOUND. */
export class RemoveFriends {
  constructor(
    readonly deps: FriendChangeDeps & { readonly requests: RequestIds },
    readonly options: ChangeOptions,
  ) {}

  async run(context: BusinessContext, input: PairsInput): Promise<{ removed: UserPair[] }> {
    const removed: UserPair[] = [];
    await changePairs(this.deps, this.options, context, input, {
      method: 'RemoveFriends',
      feeds: 'both',
      chat: false,
      decide: (facts, telling) => {
        const steps = partingSteps(facts, telling);
        return { steps, answer: () => steps.length > 0 };
      },
      each: async (pair, run) => {
        if (await run()) removed.push(pair);
      },
    });
    return { removed };
  }
}
