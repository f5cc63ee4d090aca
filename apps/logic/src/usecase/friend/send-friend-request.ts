import {
  DomainError,
  fullSettings,
  isPending,
  type FriendLabels,
  type FriendRecord,
  type FriendRequestRecord,
  type FriendSource,
} from '@queqiao/domain';

import type { AppRules } from '../app/ports.js';
import type { UserContext } from '../caller.js';
import type { ChangeOptions } from '../change/ports.js';
import {
  changeFriends,
  type FriendChangeDeps,
  type FriendChangeInput,
  type Telling,
} from './change-deps.js';
import { checkLabels, checkSource, checkText } from './check-friend.js';
import { demandRoom, demandUnblocked } from './friend-rules.js';
import { friendSteps, NO_LABELS, requestStep } from './friend-steps.js';
import { acceptance } from './accept-friend-request.js';
import type { FriendFacts, FriendPlan, StoredRequest } from './ports.js';

export interface SendFriendRequestInput extends FriendChangeInput, FriendLabels {
  readonly text: string;
  readonly source: FriendSource;
}

export interface SentFriendRequest {
  /** Null: they are no friends yet. */
  readonly friend: FriendRecord | null;
  readonly request: FriendRequestRecord;
}

type Asked = Pick<SendFriendRequestInput, 'text' | 'source' | 'remark' | 'tags'>;

/**
 * Asks a user to become a friend. Who was asked by that user accepts by it, and who lets anyone in is a friend at once. Errors:
 * INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS (friends already), BLOCKED, PERMISSION_DENIED, LIMIT_EXCEEDED (maxFriends,
 * maxPendingRequests).
 */
export class SendFriendRequest {
  constructor(
    readonly deps: FriendChangeDeps,
    readonly options: ChangeOptions,
  ) {}

  async run(context: UserContext, input: SendFriendRequestInput): Promise<SentFriendRequest> {
    const asked = {
      ...checkLabels(input),
      text: checkText(input.text, 'text'),
      source: checkSource(input.source),
    };
    return changeFriends(this.deps, this.options, context, input, {
      method: 'SendFriendRequest',
      feeds: 'both',
      chat: false,
      withCounts: true,
      decide: (facts, telling, rules) => decide(facts, asked, telling, rules),
    });
  }
}

function decide(
  facts: FriendFacts,
  asked: Asked,
  telling: Telling,
  rules: AppRules,
): FriendPlan<SentFriendRequest> {
  const { own, peer, nowMs } = facts;
  demandUnblocked(facts);
  if (own.friend !== null) {
    throw new DomainError('ALREADY_EXISTS', 'they are friends', { field: 'user_id' });
  }
  demandRoom(facts, rules);
  if (peer.request !== null && isPending(peer.request, nowMs)) {
    const { steps, request } = acceptance(facts, peer.request, asked, telling);
    return { steps, answer: (friend) => ({ friend, request }) };
  }
  const { addFriend } = fullSettings(peer.settings);
  if (addFriend === 'nobody') {
    throw new DomainError('PERMISSION_DENIED', 'nobody may ask that user', { field: 'user_id' });
  }
  const request = newRequest(facts, asked, rules);
  if (addFriend === 'anyone') {
    const accepted: StoredRequest = { ...request, state: 'accepted' };
    const steps = acceptedAtOnce(facts, accepted, telling);
    return { steps, answer: (friend) => ({ friend, request: accepted }) };
  }
  demandPendingRoom(facts, rules);
  return {
    steps: [requestStep(request, telling)],
    answer: () => ({ friend: null, request }),
  };
}

/** A request that waits is renewed: it keeps its beginning, and is new to the one who was asked. */
function newRequest(
  { own, peer, nowMs }: FriendFacts,
  asked: Asked,
  { requestExpiryMs }: AppRules,
): StoredRequest {
  const waits = own.request !== null && isPending(own.request, nowMs);
  return {
    ...asked,
    fromId: own.userId,
    toId: peer.userId,
    state: 'pending',
    answer: '',
    createdMs: waits ? (own.request?.createdMs ?? nowMs) : nowMs,
    updatedMs: nowMs,
    expiresMs: nowMs + requestExpiryMs,
    read: false,
  };
}

function acceptedAtOnce(facts: FriendFacts, request: StoredRequest, telling: Telling) {
  const { remark, tags, source, text } = request;
  const sides = { own: { remark, tags }, peer: NO_LABELS };
  const requesterId = facts.own.userId;
  const bond = { ...sides, source, requests: [request], requesterId, text };
  return friendSteps(facts, bond, telling);
}

function demandPendingRoom({ own, nowMs }: FriendFacts, { maxPendingRequests }: AppRules): void {
  const renewed = own.request !== null && isPending(own.request, nowMs);
  if (renewed || own.pendingCount < maxPendingRequests) return;
  throw new DomainError('LIMIT_EXCEEDED', `${maxPendingRequests} requests wait already`, {
    field: 'maxPendingRequests',
  });
}
