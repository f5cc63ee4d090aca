import type {
  AppId,
  FriendLabels,
  FriendRecord,
  FriendRequestRecord,
  FriendRequestState,
  FriendSide,
  UserId,
} from '@queqiao/domain';

import type { ChangeOutcome, ChangeWork, EncodedEntry, NewEntry } from '../change/ports.js';

/** What a change between two users is decided on, under the locks. */
export interface FriendFacts {
  readonly nowMs: number;
  /** The user whom the change is named after, and the other one. */
  readonly own: FriendSide;
  readonly peer: FriendSide;
}

export type StoredRequest = FriendRequestRecord & FriendLabels;

/** One step of a change. Steps on friends come before those on requests, then blocks, then flags. */
export type FriendStep =
  /** One side's row, told in that side's feed by an entry that is given the row with its place there. */
  | {
      readonly op: 'friend';
      readonly userId: UserId;
      readonly friend: Omit<FriendRecord, 'feedSeq'>;
      /** False: no longer a friend. */
      readonly active: boolean;
      readonly entry: (friend: FriendRecord) => NewEntry;
    }
  /** A request as both sides have it, told in both feeds with what each has not seen then. */
  | {
      readonly op: 'request';
      readonly request: StoredRequest;
      readonly entry: (request: FriendRequestRecord, unread: number) => NewEntry;
    }
  /** `own` blocks `peer` or no longer does; told in the feed of `own`. */
  | { readonly op: 'block'; readonly blocked: boolean; readonly entry: NewEntry }
  /** Bits of these users' rows in the direct chat. */
  | {
      readonly op: 'flags';
      readonly userIds: readonly UserId[];
      readonly on: number;
      readonly off: number;
    }
  /** Into the direct chat. */
  | { readonly op: 'chat'; readonly entry: NewEntry }
  /** Each side's timeline gets posts of the other, soon after the commit. */
  | { readonly op: 'timelines' };

export interface FriendPlan<T> {
  readonly steps: readonly FriendStep[];
  /** Given the row that was written for `own`; null when none was. */
  readonly answer: (friend: FriendRecord | null) => T;
}

export interface FriendWork extends ChangeWork {
  readonly userId: UserId;
  readonly peerId: UserId;
  /** Whose feeds the steps write to. */
  readonly feeds: 'both' | 'own' | 'none';
  /** The steps touch the direct chat for certain. If they may not, it is not made for a call that comes to nothing. */
  readonly chat: boolean;
  readonly withCounts?: boolean;
  /** Also if one of the two was erased meanwhile, who has set nothing then. */
  readonly withGone?: boolean;
}

/** `expired`: pending, and past its time. */
export type ListedRequest = FriendRequestRecord<FriendRequestState | 'expired'>;

export interface FriendPage {
  /** Only ids above it; empty: from the first. */
  readonly afterId: string;
  readonly limit: number;
}

export interface Friends {
  /**
   * One change, all or nothing, idempotent by its request; `decide` may be asked more than once. Errors: ALREADY_EXISTS
   * (client_request_id), and whatever `decide` throws.
   */
  change<T>(
    work: FriendWork,
    decide: (facts: FriendFacts) => FriendPlan<T>,
  ): Promise<ChangeOutcome<T>>;
  /** Marks incoming requests as seen; answers how many are not. */
  markRequestsRead(
    work: ChangeWork & { readonly userId: UserId },
    entry: NewEntry,
  ): Promise<ChangeOutcome<{ readonly unread: number }>>;
  friends(appId: AppId, userId: UserId, page: FriendPage): Promise<FriendRecord[]>;
  /** Rows that changed after that entry of the user's feed, in the order of their changes. */
  changedFriends(
    appId: AppId,
    userId: UserId,
    page: { readonly afterFeedSeq: number; readonly limit: number },
  ): Promise<{ readonly friend: FriendRecord; readonly active: boolean }[]>;
  /** Newest entry of the user's self feed; 0: there is none. */
  feedSeq(appId: AppId, userId: UserId): Promise<number>;
  searchFriends(
    appId: AppId,
    userId: UserId,
    search: { readonly text: string; readonly limit: number },
  ): Promise<FriendRecord[]>;
  /** Newest change first. */
  requests(
    appId: AppId,
    userId: UserId,
    page: {
      readonly direction: 'in' | 'out';
      readonly before: { readonly updatedMs: number; readonly peerId: string } | null;
      readonly limit: number;
    },
  ): Promise<ListedRequest[]>;
  unreadRequests(appId: AppId, userId: UserId): Promise<number>;
  /** By id. */
  blocks(appId: AppId, userId: UserId, page: FriendPage): Promise<UserId[]>;
}

/** Words of self feeds and chats about friends, encoded. */
export interface FriendNotices {
  friendChanged(friend: FriendRecord, removed: boolean): EncodedEntry;
  requestChanged(request: FriendRequestRecord, unread: number): EncodedEntry;
  requestsRead(): EncodedEntry;
  blockChanged(userId: UserId, blocked: boolean): EncodedEntry;
  becameFriends(requesterId: string, text: string): EncodedEntry;
}
