import {
  MEMBER_FLAGS,
  type FriendLabels,
  type FriendRecord,
  type FriendSide,
  type FriendSource,
} from '@queqiao/domain';

import { notice } from '../change/change-request.js';
import type { Telling } from './change-deps.js';
import type { FriendFacts, FriendStep, StoredRequest } from './ports.js';

export const NO_LABELS: FriendLabels = { remark: '', tags: [] };

/** How two users come to be friends. */
export interface Bond {
  readonly own: FriendLabels;
  readonly peer: FriendLabels;
  readonly source: FriendSource;
  /** Requests that come to their end by it, as they are from then on. */
  readonly requests: readonly StoredRequest[];
  /** Who had asked, with which words; empty: nobody. */
  readonly requesterId: string;
  readonly text: string;
}

/** Both lists, the requests, both sides' right to talk, the first line of their chat, and posts. */
export function friendSteps(facts: FriendFacts, bond: Bond, telling: Telling): FriendStep[] {
  const { own, peer, nowMs } = facts;
  const shown = { hideMyPosts: false, hideTheirPosts: false };
  const shared = { source: bond.source, createdMs: nowMs, ...shown };
  const greeting = telling.notices.becameFriends(bond.requesterId, bond.text);
  const userIds = [own.userId, peer.userId];
  return [
    listStep(own, { ...bond.own, friendId: peer.userId, ...shared }, true, telling),
    listStep(peer, { ...bond.peer, friendId: own.userId, ...shared }, true, telling),
    ...bond.requests.map((request) => requestStep(request, telling)),
    { op: 'flags', userIds, on: MEMBER_FLAGS.friends, off: 0 },
    { op: 'chat', entry: notice(telling.actor, greeting) },
    { op: 'timelines' },
  ];
}

/** Nothing when they are no friends. */
export function partingSteps({ own, peer }: FriendFacts, telling: Telling): FriendStep[] {
  const lists = [own, peer].flatMap((side) =>
    side.friend === null ? [] : [listStep(side, side.friend, false, telling)],
  );
  if (lists.length === 0) return [];
  const userIds = [own.userId, peer.userId];
  return [...lists, { op: 'flags', userIds, on: 0, off: MEMBER_FLAGS.friends }];
}

export function listStep(
  { userId }: FriendSide,
  row: Omit<FriendRecord, 'feedSeq'> & Partial<FriendRecord>,
  active: boolean,
  { notices, actor }: Telling,
): FriendStep {
  // The place in the feed is that of the entry that tells of this.
  const { feedSeq: _old, ...friend } = row;
  const entry = (stored: FriendRecord) =>
    notice(actor, notices.friendChanged(stored, !active), { shown: false });
  return { op: 'friend', userId, friend, active, entry };
}

export function requestStep(request: StoredRequest, { notices, actor }: Telling): FriendStep {
  return {
    op: 'request',
    request,
    entry: (seen, unread) => notice(actor, notices.requestChanged(seen, unread), { shown: false }),
  };
}

/** The row of a plan that writes one. */
export function written(friend: FriendRecord | null): FriendRecord {
  if (friend === null) throw new Error('the plan wrote no row');
  return friend;
}
