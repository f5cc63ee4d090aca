import { RequestsRead_List } from '@queqiao/protocol/client';
import type { FriendNotices } from '../../usecase/friend/ports.js';
import { encodeEntry } from '../encode-entry.js';
import { toProtoFriend, toProtoRequest } from './mapper.js';

export const friendNotices: FriendNotices = {
  friendChanged(friend, removed) {
    return encodeEntry({
      $case: 'friendChanged',
      value: { friend: toProtoFriend(friend), removed },
    });
  },
  requestChanged(request, unreadCount) {
    const value = { request: toProtoRequest(request), unreadCount };
    return encodeEntry({ $case: 'friendRequestChanged', value });
  },
  requestsRead() {
    return encodeEntry({
      $case: 'requestsRead',
      value: { list: RequestsRead_List.FRIEND_REQUESTS },
    });
  },
  blockChanged(userId, blocked) {
    return encodeEntry({ $case: 'blockChanged', value: { userId, blocked } });
  },
  becameFriends(requesterId, text) {
    return encodeEntry({ $case: 'becameFriends', value: { requesterId, text } });
  },
};
