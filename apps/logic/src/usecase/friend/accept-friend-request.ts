import {
  directConversationId,
  parseUserId,
  type ConversationId,
  type FriendLabels,
  type FriendRecord,
} from '@queqiao/domain';

import type { UserContext } from '../caller.js';
import type { ChangeOptions } from '../change/ports.js';
import {
  changeFriends,
  type FriendChangeDeps,
  type FriendChangeInput,
  type Telling,
} from './change-deps.js';
import { checkLabels } from './check-friend.js';
import { demandPending, demandRoom, demandUnblocked, pendingRequests } from './friend-rules.js';
import { friendSteps, written } from './friend-steps.js';
import type { FriendFacts, FriendStep, StoredRequest } from './ports.js';

export interface AcceptFriendRequestInput extends FriendChangeInput, FriendLabels {}

export interface AcceptedFriendRequest {
  readonly friend: FriendRecord;
  readonly conversationId: ConversationId;
}

/**
 * Accepts a request of another user to the caller. Errors: INVALID_ARGUMENT, NOT_FOUND, CONFLICT (no longer pending), BLOCKED,
 * PERMISSION_DENIED, LIMIT_EXCEEDED (maxFriends).
 */
export class AcceptFriendRequest {
  constructor(
    readonly deps: FriendChangeDeps,
    readonly options: ChangeOptions,
  ) {}

  async run(context: UserContext, input: AcceptFriendRequestInput): Promise<AcceptedFriendRequest> {
    const labels = checkLabels(input);
    const peerId = parseUserId(input.userId);
    const conversationId = directConversationId(context.caller.userId, peerId);
    return changeFriends(this.deps, this.options, context, input, {
      method: 'AcceptFriendRequest',
      feeds: 'both',
      chat: false,
      withCounts: true,
      decide: (facts, telling, rules) => {
        const request = demandPending(facts.peer.request, facts.nowMs);
        demandUnblocked(facts);
        demandRoom(facts, rules);
        const { steps } = acceptance(facts, request, labels, telling);
        return { steps, answer: (friend) => ({ friend: written(friend), conversationId }) };
      },
    });
  }
}

/** The steps by which `own` accepts a request of `peer`, and the request as it is then. */
export function acceptance(
  facts: FriendFacts,
  accepted: StoredRequest,
  { remark, tags }: FriendLabels,
  telling: Telling,
): { readonly steps: FriendStep[]; readonly request: StoredRequest } {
  const { own, nowMs } = facts;
  const end = (request: StoredRequest): StoredRequest => {
    const read = request.toId === own.userId || request.read;
    return { ...request, state: 'accepted', updatedMs: nowMs, read };
  };
  const bond = {
    own: { remark, tags },
    peer: { remark: accepted.remark, tags: accepted.tags },
    source: accepted.source,
    requests: pendingRequests(facts).map(end),
    requesterId: accepted.fromId,
    text: accepted.text,
  };
  return { steps: friendSteps(facts, bond, telling), request: end(accepted) };
}
