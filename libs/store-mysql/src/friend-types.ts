import type {
  AppId,
  FriendRecord,
  FriendRequestRecord,
  FriendRequestState,
  FriendSide,
  FriendLabels,
  UserId,
  UserSettings,
} from '@queqiao/domain';
import type { LogEntry, LogOutcome, LogWork } from './log-types.js';

/** What a change between two users is decided on, read under the locks. */
export interface FriendFacts {
  readonly nowMs: number;
  /** The user whom the change is named after, and the other one. */
  readonly own: FriendSide;
  readonly peer: FriendSide;
}

/** One step of a change. Steps on friends come before those on requests, then blocks, then flags: rows are locked so. */
export type FriendStep =
  /**
   * Writes the row of one side, and an entry into that side's feed, whose seq the row keeps. The timeline of who is no longer a friend
   * does not name the other as a source any more.
   */
  | {
      readonly op: 'friend';
      readonly userId: UserId;
      readonly friend: Omit<FriendRecord, 'feedSeq'>;
      /** False: no longer a friend. */
      readonly active: boolean;
      readonly entry: (friend: FriendRecord) => LogEntry;
    }
  /** Writes a request as both sides have it, and an entry into both feeds. */
  | {
      readonly op: 'request';
      readonly request: FriendRequestRecord & FriendLabels;
      /** As one side sees it, with the incoming requests that this side has not seen then. */
      readonly entry: (request: FriendRequestRecord, unread: number) => LogEntry;
    }
  /** `own` blocks `peer` or no longer does; told in the feed of `own`. */
  | { readonly op: 'block'; readonly blocked: boolean; readonly entry: LogEntry }
  /** Bits of these users' rows in the direct chat; who has them so already is left alone. */
  | {
      readonly op: 'flags';
      readonly userIds: readonly UserId[];
      readonly on: number;
      readonly off: number;
    }
  /** Into the direct chat. */
  | { readonly op: 'chat'; readonly entry: LogEntry }
  /** Each side's timeline gets posts of the other, soon after the commit. */
  | { readonly op: 'timelines' };

export interface FriendPlan<T> {
  readonly steps: readonly FriendStep[];
  /** Given the row that was written for `own`; null when none was. */
  readonly answer: (friend: FriendRecord | null) => T;
}

export interface FriendWork extends LogWork {
  readonly userId: UserId;
  /** Another user. */
  readonly peerId: UserId;
  /** Whose feeds the steps write to. */
  readonly feeds: 'both' | 'own' | 'none';
  /**
   * The steps touch the direct chat for certain. A plan that does so unannounced is made again with the chat locked, so that
   * no chat is made for a change that comes to nothing.
   */
  readonly chat: boolean;
  readonly withCounts?: boolean;
  /** Also if one of the two was erased meanwhile, who has set nothing then. */
  readonly withGone?: boolean;
}

/** Decides under the locks, and may be asked again: it must have no effect of its own. Throws a DomainError to refuse. */
export type DecideFriends<T> = (facts: FriendFacts) => FriendPlan<T>;

export interface FriendPage {
  /** Only ids above it; empty: from the first. */
  readonly afterId: string;
  readonly limit: number;
}

/** A row of a list of friends with whether it still holds. */
export interface FriendChange {
  readonly friend: FriendRecord;
  readonly active: boolean;
}

/** `expired`: pending, and past its time when it was read. */
export type ListedRequest = FriendRequestRecord<FriendRequestState | 'expired'>;

export interface RequestPage {
  readonly direction: 'in' | 'out';
  /** The last one of the page before; null: from the newest. */
  readonly before: { readonly updatedMs: number; readonly peerId: string } | null;
  readonly limit: number;
}

export interface FriendStore {
  /**
   * One change of what two users are to each other, all or nothing, idempotent by its request. Both users must exist. Errors:
   * ALREADY_EXISTS (the request id was used for another call), and whatever `decide` throws.
   */
  change<T>(input: FriendWork, decide: DecideFriends<T>): Promise<LogOutcome<T>>;
  /**
   * Marks incoming requests that wait as seen, at most REQUESTS_MARK_MAX, and tells it in the user's feed when there were any.
   * Answers how many are left.
   */
  markRequestsRead(
    input: LogWork & { readonly userId: UserId },
    entry: LogEntry,
  ): Promise<LogOutcome<{ readonly unread: number }>>;
  /** By friend id; at most FRIENDS_MAX_PAGE. */
  friends(appId: AppId, userId: UserId, page: FriendPage): Promise<FriendRecord[]>;
  /** Rows that changed after that entry of the user's feed, in the order of their changes; at most FRIENDS_MAX_PAGE. */
  changedFriends(
    appId: AppId,
    userId: UserId,
    page: { readonly afterFeedSeq: number; readonly limit: number },
  ): Promise<FriendChange[]>;
  /** Newest entry of the user's self feed; 0: there is none. Read it before a list that it is kept with. */
  feedSeq(appId: AppId, userId: UserId): Promise<number>;
  /** Friends whose remark or nickname holds the text, or whose id begins with it, by id; at most FRIENDS_MAX_PAGE. */
  searchFriends(
    appId: AppId,
    userId: UserId,
    search: { readonly text: string; readonly limit: number },
  ): Promise<FriendRecord[]>;
  /** Newest change first; at most FRIENDS_MAX_PAGE. */
  requests(appId: AppId, userId: UserId, page: RequestPage): Promise<ListedRequest[]>;
  /** Incoming requests that wait and were not seen, counted up to REQUESTS_COUNT_MAX. */
  unreadRequests(appId: AppId, userId: UserId): Promise<number>;
  /** Whom the user blocks, by id; at most FRIENDS_MAX_PAGE. */
  blocks(appId: AppId, userId: UserId, page: FriendPage): Promise<UserId[]>;
}

/** What one user is to another, as far as rules ask for it. */
export interface Relation {
  readonly friends: boolean;
  /** The user takes nothing from the other. */
  readonly blocks: boolean;
  /** The other takes nothing from the user. */
  readonly blocked: boolean;
  /** What the other has set, without defaults. */
  readonly settings: UserSettings;
}

export interface Relations {
  /** One read, by keys. Unknown ids are left out; at most RELATIONS_MAX_USERS. */
  between(
    appId: AppId,
    userId: UserId,
    others: readonly UserId[],
  ): Promise<ReadonlyMap<UserId, Relation>>;
}
