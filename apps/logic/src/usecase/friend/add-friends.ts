import { DomainError, type UserId } from '@queqiao/domain';

import type { BusinessContext } from '../caller.js';
import type { ChangeOptions, RequestIds } from '../change/ports.js';
import { changePairs, type PairsInput } from './change-pairs.js';
import type { FriendChangeDeps, Telling } from './change-deps.js';
import { demandRoom, pendingRequests } from './friend-rules.js';
import { friendSteps, NO_LABELS } from './friend-steps.js';
import type { UserPair } from './pairs.js';
import type { FriendFacts, FriendStep, StoredRequest } from './ports.js';

/**
 * Makes pairs of users friends on the app's behalf, asking nobody; who blocks whom stays so. Errors: INVALID_ARGUMENT,
 * LIMIT_EXCEEDED (pairs), NOT_FOUND.
 */
export class AddFriends {
  constructor(
    readonly deps: FriendChangeDeps & { readonly requests: RequestIds },
    readonly options: ChangeOptions,
  ) {}

  async run(
    context: BusinessContext,
    input: PairsInput,
  ): Promise<{ added: UserPair[]; overLimit: UserPair[] }> {
    const added: UserPair[] = [];
    const overLimit: UserPair[] = [];
    await changePairs(this.deps, this.options, context, input, {
      method: 'AddFriends',
      feeds: 'both',
      chat: false,
      withCounts: true,
      decide: (facts, telling, rules) => {
        if (facts.own.friend !== null) return { steps: [], answer: () => false };
        demandRoom(facts, rules);
        return { steps: bondSteps(facts, telling), answer: () => true };
      },
      each: async (pair, run) => {
        try {
          if (await run()) added.push(pair);
        } catch (error) {
          if (!(error instanceof DomainError && error.code === 'LIMIT_EXCEEDED')) throw error;
          overLimit.push(pair);
        }
      },
    });
    return { added, overLimit };
  }
}

/** Requests that wait between the two are over by it, and who had asked has the labels that were asked for. */
function bondSteps(facts: FriendFacts, telling: Telling): FriendStep[] {
  const { own, peer, nowMs } = facts;
  const requests = pendingRequests(facts).map((request): StoredRequest => ({
    ...request,
    state: 'accepted',
    updatedMs: nowMs,
  }));
  const by = (userId: UserId) => requests.find(({ fromId }) => fromId === userId);
  const bond = {
    own: by(own.userId) ?? NO_LABELS,
    peer: by(peer.userId) ?? NO_LABELS,
    source: { way: 'business', detail: '' } as const,
    requests,
    requesterId: requests[0]?.fromId ?? '',
    text: requests[0]?.text ?? '',
  };
  return friendSteps(facts, bond, telling);
}
