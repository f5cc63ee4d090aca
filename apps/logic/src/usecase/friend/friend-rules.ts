import { DomainError, isPending } from '@queqiao/domain';

import type { AppRules } from '../app/ports.js';
import type { FriendFacts, StoredRequest } from './ports.js';

/** Nothing becomes of two users of whom one takes nothing from the other. */
export function demandUnblocked({ own, peer }: FriendFacts): void {
  if (peer.blocks) {
    throw new DomainError('BLOCKED', 'the other side takes nothing from the caller', {
      field: 'user_id',
    });
  }
  if (own.blocks) {
    throw new DomainError('PERMISSION_DENIED', 'the caller has blocked the user', {
      field: 'user_id',
    });
  }
}

/** Each of the two must have room for one more friend. */
export function demandRoom({ own, peer }: FriendFacts, { maxFriends }: AppRules): void {
  const full = [own, peer].find(({ friendCount }) => friendCount >= maxFriends);
  if (full === undefined) return;
  throw new DomainError('LIMIT_EXCEEDED', `${full.userId} has ${maxFriends} friends already`, {
    field: 'maxFriends',
  });
}

/** The request if it can be answered. Throws NOT_FOUND when there never was one, and CONFLICT when it is too late. */
export function demandPending(request: StoredRequest | null, nowMs: number): StoredRequest {
  if (request === null) {
    throw new DomainError('NOT_FOUND', 'there is no such request', { field: 'user_id' });
  }
  if (!isPending(request, nowMs)) {
    throw new DomainError('CONFLICT', 'the request does not wait any more', { field: 'user_id' });
  }
  return request;
}

/** Requests between the two that wait, in either direction. */
export function pendingRequests({ own, peer, nowMs }: FriendFacts): StoredRequest[] {
  return [own.request, peer.request].flatMap((request) =>
    request !== null && isPending(request, nowMs) ? [request] : [],
  );
}
