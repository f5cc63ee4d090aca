import {
  FriendRequest_State as State,
  FriendServiceDefinition as Friends,
  ListFriendRequestsRequest_Direction as Direction,
} from '@queqiao/protocol/client';
import type { FakePeople } from './fake-people.js';

/** Undefined: not one of the operations of friends. */
export function executeFriend(
  people: FakePeople,
  user: string,
  method: string,
  body: Uint8Array,
): Uint8Array | undefined {
  return (
    changeRequest(people, user, method, body) ??
    changeFriend(people, user, method, body) ??
    read(people, user, method, body)
  );
}

function changeRequest(
  people: FakePeople,
  user: string,
  method: string,
  body: Uint8Array,
): Uint8Array | undefined {
  const { sendFriendRequest, acceptFriendRequest, rejectFriendRequest } = Friends.methods;
  if (method === 'SendFriendRequest') {
    const { clientRequestId, userId, text } = sendFriendRequest.requestType.decode(body);
    return people.once(user, clientRequestId, () => {
      const request = people.ask(user, userId, text);
      return sendFriendRequest.responseType.encode({ friend: undefined, request }).finish();
    });
  }
  if (method === 'AcceptFriendRequest') {
    const { clientRequestId, userId, ...labels } = acceptFriendRequest.requestType.decode(body);
    return people.once(user, clientRequestId, () => {
      people.settle(user, userId, user, { state: State.ACCEPTED });
      const friend = people.befriend(user, userId, labels);
      const conversationId = `d:${[user, userId].sort().join(':')}`;
      return acceptFriendRequest.responseType.encode({ friend, conversationId }).finish();
    });
  }
  const rejected = method === 'RejectFriendRequest';
  if (!rejected && method !== 'CancelFriendRequest') return undefined;
  // A cancellation has no answer, and is a rejection otherwise.
  const { clientRequestId, userId, answer } = rejectFriendRequest.requestType.decode(body);
  return people.once(user, clientRequestId, () => {
    const request = rejected
      ? people.settle(user, userId, user, { state: State.REJECTED, answer })
      : people.settle(user, user, userId, { state: State.CANCELLED });
    return rejectFriendRequest.responseType.encode({ request }).finish();
  });
}

function changeFriend(
  people: FakePeople,
  user: string,
  method: string,
  body: Uint8Array,
): Uint8Array | undefined {
  const { updateFriend, deleteFriend, markFriendRequestsRead } = Friends.methods;
  if (method === 'UpdateFriend') {
    const { clientRequestId, userId, remark, tags, ...hidden } =
      updateFriend.requestType.decode(body);
    return people.once(user, clientRequestId, () => {
      const labels = {
        ...(remark === undefined ? {} : { remark }),
        ...(tags === undefined ? {} : { tags: tags.tags }),
        ...Object.fromEntries(Object.entries(hidden).filter(([, hide]) => hide !== undefined)),
      };
      const friend = people.label(user, userId, labels);
      return updateFriend.responseType.encode({ friend }).finish();
    });
  }
  const deeds: Record<string, (userId: string) => void> = {
    DeleteFriend: (userId) => people.part(user, userId),
    BlockUser: (userId) => people.block(user, userId, true),
    UnblockUser: (userId) => people.block(user, userId, false),
    MarkFriendRequestsRead: () => people.markRead(user),
  };
  const deed = deeds[method];
  if (deed === undefined) return undefined;
  const { clientRequestId, userId } = deleteFriend.requestType.decode(body);
  return people.once(user, clientRequestId, () => {
    deed(userId);
    // All but one answer nothing.
    if (method !== 'MarkFriendRequestsRead') return new Uint8Array();
    const unreadCount = people.unread(user);
    return markFriendRequestsRead.responseType.encode({ unreadCount }).finish();
  });
}

function read(
  people: FakePeople,
  user: string,
  method: string,
  body: Uint8Array,
): Uint8Array | undefined {
  const { searchFriends, listFriendRequests, listBlocks } = Friends.methods;
  if (method === 'ListFriends') return listFriends(people, user, body);
  if (method === 'SearchFriends') {
    const { query } = searchFriends.requestType.decode(body);
    const friends = people
      .friends(user)
      .flatMap(({ friend, active }) => (active && friend.remark.includes(query) ? [friend] : []));
    return searchFriends.responseType.encode({ friends }).finish();
  }
  if (method === 'ListFriendRequests') {
    const { direction } = listFriendRequests.requestType.decode(body);
    const side = direction === Direction.INCOMING ? 'toUserId' : 'fromUserId';
    const requests = people.requests().filter((one) => one[side] === user);
    const answer = { requests, nextPageToken: '', unreadCount: people.unread(user) };
    return listFriendRequests.responseType.encode(answer).finish();
  }
  if (method !== 'ListBlocks') return undefined;
  const answer = { userIds: people.blocks(user), nextPageToken: '' };
  return listBlocks.responseType.encode(answer).finish();
}

function listFriends(people: FakePeople, user: string, body: Uint8Array): Uint8Array {
  const { requestType, responseType } = Friends.methods.listFriends;
  const { pageToken, sinceFeedSeq, limit } = requestType.decode(body);
  const place = pageToken === '' ? undefined : (JSON.parse(pageToken) as [number, number]);
  const [feedSeq, from] = place ?? [people.feedSeq(user), 0];
  const rows = people
    .friends(user)
    .filter(({ friend, active }) => (sinceFeedSeq === 0 ? active : friend.feedSeq > sinceFeedSeq))
    .sort((a, b) => (a.friend.userId < b.friend.userId ? -1 : 1));
  const to = from + Math.min(limit, people.maxPage);
  const page = rows.slice(from, to);
  const answer = {
    friends: page.flatMap(({ friend, active }) => (active ? [friend] : [])),
    removedUserIds: page.flatMap(({ friend, active }) => (active ? [] : [friend.userId])),
    nextPageToken: to < rows.length ? JSON.stringify([feedSeq, to]) : '',
    feedSeq,
  };
  return responseType.encode(answer).finish();
}
