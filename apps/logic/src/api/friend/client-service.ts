import { FriendServiceDefinition } from '@queqiao/protocol/client';
import type { BlockUser } from '../../usecase/friend/block-user.js';
import type { DeleteFriend } from '../../usecase/friend/delete-friend.js';
import type { ListBlocks } from '../../usecase/friend/list-blocks.js';
import type { ListFriends } from '../../usecase/friend/list-friends.js';
import type { SearchFriends } from '../../usecase/friend/search-friends.js';
import type { UnblockUser } from '../../usecase/friend/unblock-user.js';
import type { UpdateFriend } from '../../usecase/friend/update-friend.js';
import { defineService, type ApiService } from '../api-service.js';
import { toProtoFriend } from './mapper.js';
import { requestHandlers, type RequestUsecases } from './request-handlers.js';

export interface FriendUsecases extends RequestUsecases {
  readonly listFriends: ListFriends;
  readonly searchFriends: SearchFriends;
  readonly updateFriend: UpdateFriend;
  readonly deleteFriend: DeleteFriend;
  readonly blockUser: BlockUser;
  readonly unblockUser: UnblockUser;
  readonly listBlocks: ListBlocks;
}

export function clientFriendService(usecases: FriendUsecases): ApiService<'user'> {
  return defineService('user', FriendServiceDefinition, {
    ...requestHandlers(usecases),
    async listFriends(request, context) {
      const answer = await usecases.listFriends.run(context, context.caller.userId, request);
      const { friends, removedIds, nextPageToken, feedSeq } = answer;
      const removedUserIds = [...removedIds];
      return { friends: friends.map(toProtoFriend), removedUserIds, nextPageToken, feedSeq };
    },
    searchFriends: async (request, context) => ({
      friends: (await usecases.searchFriends.run(context, request)).map(toProtoFriend),
    }),
    async updateFriend(request, context) {
      const input = { ...request, tags: request.tags?.tags };
      return { friend: toProtoFriend(await usecases.updateFriend.run(context, input)) };
    },
    async deleteFriend(request, context) {
      await usecases.deleteFriend.run(context, request);
      return {};
    },
    async blockUser(request, context) {
      await usecases.blockUser.run(context, request);
      return {};
    },
    async unblockUser(request, context) {
      await usecases.unblockUser.run(context, request);
      return {};
    },
    listBlocks: (request, context) => usecases.listBlocks.run(context, request),
  });
}
