import { FriendServiceDefinition } from '@queqiao/protocol/server';
import type { AddFriends } from '../../usecase/friend/add-friends.js';
import type { ListFriendsOf } from '../../usecase/friend/list-friends-of.js';
import type { RemoveFriends } from '../../usecase/friend/remove-friends.js';
import type { SetDirectChat } from '../../usecase/friend/set-direct-chat.js';
import { defineService, type ApiService } from '../api-service.js';
import { toProtoFriend } from './mapper.js';

export interface ServerFriendUsecases {
  readonly addFriends: AddFriends;
  readonly removeFriends: RemoveFriends;
  readonly setDirectChat: SetDirectChat;
  readonly listFriendsOf: ListFriendsOf;
}

export function serverFriendService(usecases: ServerFriendUsecases): ApiService<'business'> {
  return defineService('business', FriendServiceDefinition, {
    addFriends: (request, context) => usecases.addFriends.run(context, request),
    removeFriends: (request, context) => usecases.removeFriends.run(context, request),
    async setDirectChat(request, context) {
      await usecases.setDirectChat.run(context, request);
      return {};
    },
    async listFriends(request, context) {
      const { friends, nextPageToken } = await usecases.listFriendsOf.run(context, request);
      return { friends: friends.map(toProtoFriend), nextPageToken };
    },
  });
}
