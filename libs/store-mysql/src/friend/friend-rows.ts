import {
  FRIEND_WAYS,
  type FriendLabels,
  type FriendRecord,
  type FriendRequestRecord,
  type FriendSource,
  type UserId,
} from '@queqiao/domain';
import type { Selectable } from 'kysely';
import type { FriendRequestsTable, FriendsTable } from '../schema/people.js';

export type FriendRow = Omit<Selectable<FriendsTable>, 'app_id'>;
export type RequestRow = Omit<Selectable<FriendRequestsTable>, 'app_id'>;

/** For statements where friends go by the name f. */
export const FRIEND_COLUMNS =
  'f.user_id, f.friend_id, f.active, f.remark, f.tags, f.source_way, f.source_detail, f.created_ms, f.feed_seq, ' +
  'f.hide_my_posts, f.hide_their_posts';

/** For statements where friend_requests go by the name r. */
export const REQUEST_COLUMNS =
  'r.user_id, r.direction, r.peer_id, r.state, r.is_read, r.text, r.answer, r.source_way, r.source_detail, ' +
  'r.remark, r.tags, r.created_ms, r.updated_ms, r.expires_ms';

export function toFriend(row: FriendRow): FriendRecord {
  return {
    friendId: row.friend_id,
    remark: row.remark,
    tags: row.tags,
    source: toSource(row),
    createdMs: row.created_ms,
    hideMyPosts: row.hide_my_posts === 1,
    hideTheirPosts: row.hide_their_posts === 1,
    feedSeq: row.feed_seq,
  };
}

export function toRequest(row: RequestRow): FriendRequestRecord {
  const [fromId, toId] =
    row.direction === 'in' ? ends(row.peer_id, row.user_id) : ends(row.user_id, row.peer_id);
  return {
    fromId,
    toId,
    text: row.text,
    source: toSource(row),
    state: row.state,
    answer: row.answer,
    createdMs: row.created_ms,
    updatedMs: row.updated_ms,
    expiresMs: row.expires_ms,
    read: row.is_read === 1,
  };
}

export function toLabels(row: Pick<RequestRow, 'remark' | 'tags'>): FriendLabels {
  return { remark: row.remark, tags: row.tags ?? [] };
}

export function storedWay({ way }: FriendSource): number {
  return FRIEND_WAYS.indexOf(way);
}

function toSource(row: { source_way: number; source_detail: string }): FriendSource {
  return { way: FRIEND_WAYS[row.source_way] ?? 'unsaid', detail: row.source_detail };
}

function ends(fromId: UserId, toId: UserId): [UserId, UserId] {
  return [fromId, toId];
}
