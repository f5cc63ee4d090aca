import type { FriendRecord, FriendSource, FriendWay } from '@queqiao/domain';
import {
  FriendRequest_State,
  FriendSource_Way,
  ListFriendRequestsRequest_Direction,
  type Friend,
  type FriendRequest,
  type FriendSource as ProtoSource,
} from '@queqiao/protocol/client';
import type { ListedRequest } from '../../usecase/friend/ports.js';
import { enumName } from '../enum-name.js';

const WAYS = {
  unsaid: FriendSource_Way.UNSPECIFIED,
  id: FriendSource_Way.ID,
  nickname: FriendSource_Way.NICKNAME,
  phone: FriendSource_Way.PHONE,
  qr: FriendSource_Way.QR,
  group: FriendSource_Way.GROUP,
  card: FriendSource_Way.CARD,
  business: FriendSource_Way.BUSINESS,
} as const satisfies Record<FriendWay, FriendSource_Way>;

const STATES = {
  pending: FriendRequest_State.PENDING,
  accepted: FriendRequest_State.ACCEPTED,
  rejected: FriendRequest_State.REJECTED,
  cancelled: FriendRequest_State.CANCELLED,
  expired: FriendRequest_State.EXPIRED,
} as const satisfies Record<ListedRequest['state'], FriendRequest_State>;

const DIRECTIONS = {
  in: ListFriendRequestsRequest_Direction.INCOMING,
  out: ListFriendRequestsRequest_Direction.OUTGOING,
} as const;

export function toProtoFriend(friend: FriendRecord): Friend {
  const { friendId: userId, tags, source, ...rest } = friend;
  return { ...rest, userId, tags: [...tags], source: toProtoSource(source) };
}

export function toProtoRequest(request: ListedRequest): FriendRequest {
  const { fromId, toId, text, source, state, answer, read } = request;
  const { createdMs, updatedMs, expiresMs } = request;
  return {
    fromUserId: fromId,
    toUserId: toId,
    text,
    source: toProtoSource(source),
    state: STATES[state],
    answer,
    createdMs,
    updatedMs,
    expiresMs,
    read,
  };
}

function toProtoSource({ way, detail }: FriendSource): ProtoSource {
  return { way: WAYS[way], detail };
}

/** Errors: INVALID_ARGUMENT for a way that is none. */
export function toSource(source: ProtoSource | undefined): FriendSource {
  const way = enumName(WAYS, source?.way, 'source.way') ?? 'unsaid';
  return { way, detail: source?.detail ?? '' };
}

/** Undefined when none was named. Errors: INVALID_ARGUMENT for one that is none. */
export function toDirection(direction: number): 'in' | 'out' | undefined {
  return enumName(DIRECTIONS, direction, 'direction');
}
