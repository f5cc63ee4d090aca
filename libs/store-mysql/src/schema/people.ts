import type { AppId, UserId } from '@queqiao/domain';
import type { Generated, JSONColumnType } from 'kysely';

/** One row for each side. */
export interface FriendsTable {
  app_id: AppId;
  user_id: UserId;
  friend_id: UserId;
  /** 1: friends; 0: no longer. */
  active: number;
  remark: Generated<string>;
  tags: JSONColumnType<string[]>;
  source_way: Generated<number>;
  source_detail: Generated<string>;
  created_ms: number;
  feed_seq: number;
  hide_my_posts: Generated<number>;
  hide_their_posts: Generated<number>;
}

/** One row for each side. */
export interface FriendRequestsTable {
  app_id: AppId;
  user_id: UserId;
  direction: 'in' | 'out';
  peer_id: UserId;
  state: 'pending' | 'accepted' | 'rejected' | 'cancelled';
  is_read: Generated<number>;
  text: Generated<string>;
  answer: Generated<string>;
  source_way: Generated<number>;
  source_detail: Generated<string>;
  remark: Generated<string>;
  tags: JSONColumnType<string[]> | null;
  created_ms: number;
  updated_ms: number;
  expires_ms: number;
}

export interface BlocksTable {
  app_id: AppId;
  user_id: UserId;
  blocked_id: UserId;
  created_ms: number;
}
