import type { UserId } from './ids.js';
import type { UserSettings } from './user-settings.js';

/** How a requester came to the other; stored as the place in this list. */
export const FRIEND_WAYS = [
  'unsaid',
  'id',
  'nickname',
  'phone',
  'qr',
  'group',
  'card',
  'business',
] as const;
export type FriendWay = (typeof FRIEND_WAYS)[number];

export interface FriendSource {
  readonly way: FriendWay;
  /** Which group, or whose card; at most 64 bytes. */
  readonly detail: string;
}

/** What one side calls a friend; nobody else sees it. */
export interface FriendLabels {
  /** At most 100 characters. */
  readonly remark: string;
  /** At most 20 of 1 to 32 characters, without repeats. */
  readonly tags: readonly string[];
}

/** Somebody in a user's list of friends. */
export interface FriendRecord extends FriendLabels {
  readonly friendId: UserId;
  readonly source: FriendSource;
  readonly createdMs: number;
  /** The friend sees none of the user's posts. */
  readonly hideMyPosts: boolean;
  /** The user's timeline has none of the friend's posts. */
  readonly hideTheirPosts: boolean;
  /** Seq of the entry of the user's self feed that brought this state. */
  readonly feedSeq: number;
}

export type FriendRequestState = 'pending' | 'accepted' | 'rejected' | 'cancelled';

/** A request as stored: one that waits does not know by itself that its time is over. */
export interface FriendRequestRecord<State = FriendRequestState> {
  readonly fromId: UserId;
  readonly toId: UserId;
  readonly text: string;
  readonly source: FriendSource;
  readonly state: State;
  readonly answer: string;
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly expiresMs: number;
  /** Seen by the one who was asked. */
  readonly read: boolean;
}

/** One side of two users, as a change of what they are to each other finds it. */
export interface FriendSide {
  readonly userId: UserId;
  readonly settings: UserSettings;
  /** Null: not friends now. */
  readonly friend: FriendRecord | null;
  /** The newest request of this side to the other, in whatever state, with the labels it asked for; null: never asked. */
  readonly request: (FriendRequestRecord & FriendLabels) | null;
  /** This side takes nothing from the other. */
  readonly blocks: boolean;
  /** 0 unless they were asked for. */
  readonly friendCount: number;
  readonly blockCount: number;
  /** Own requests, to whomever, that wait for an answer; 0 unless they were asked for. */
  readonly pendingCount: number;
}

/** Whether a request can be answered: it waits, and its time is not over. */
export function isPending(
  request: Pick<FriendRequestRecord, 'state' | 'expiresMs'> | null,
  nowMs: number,
): boolean {
  return request !== null && request.state === 'pending' && request.expiresMs > nowMs;
}
