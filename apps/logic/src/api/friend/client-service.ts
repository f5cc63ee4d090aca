import { invalidArgument } from '@queqiao/domain';
import { FriendServiceDefinition } from '@queqiao/protocol/client';
import type { AcceptFriendRequest } from '../../usecase/friend/accept-friend-request.js';
import type { BlockUser } from '../../usecase/friend/block-user.js';
import type { CancelFriendRequest } from '../../usecase/friend/cancel-friend-request.js';
import type { DeleteFriend } from '../../usecase/friend/delete-friend.js';
import type { ListBlocks } from '../../usecase/friend/list-blocks.js';
import type { ListFriendRequests } from '../../usecase/friend/list-friend-requests.js';
import type { ListFriends } from '../../usecase/friend/list-friends.js';
import type { MarkFriendRequestsRead } from '../../usecase/friend/mark-friend-requests-read.js';
import type { RejectFriendRequest } from '../../usecase/friend/reject-friend-request.js';
import type { SearchFriends } from '../../usecase/friend/search-friends.js';
import type { SendFriendRequest } from '../../usecase/friend/send-friend-request.js';
import type { UnblockUser } from '../../usecase/friend/unblock-user.js';
import type { UpdateFriend } from '../../usecase/friend/update-friend.js';
import { defineService, type ApiService } from '../api-service.js';
import { toDirection, toProtoFriend, toProtoRequest, toSource } from './mapper.js';

export interface FriendUsecases {
  readonly sendFriendRequest: SendFriendRequest;
  readonly acceptFriendRequest: AcceptFriendRequest;
  readonly rejectFriendRequest: RejectFriendRequest;
  readonly cancelFriendRequest: CancelFriendRequest;
  readonly listFriendRequests: ListFriendRequests;
  readonly markFriendRequestsRead: MarkFriendRequestsRead;
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
    async sendFriendRequest(given, context) {
      const input = { ...given, source: toSource(given.source) };
      const { friend, request } = await usecases.sendFriendRequest.run(context, input);
      return {
        friend: friend === null ? undefined : toProtoFriend(friend),
        request: toProtoRequest(request),
      };
    },
    async acceptFriendRequest(request, context) {
      const answer = await usecases.acceptFriendRequest.run(context, request);
      return { friend: toProtoFriend(answer.friend), conversationId: answer.conversationId };
    },
    rejectFriendRequest: async (request, context) => ({
      request: toProtoRequest(await usecases.rejectFriendRequest.run(context, request)),
    }),
    cancelFriendRequest: async (request, context) => ({
      request: toProtoRequest(await usecases.cancelFriendRequest.run(context, request)),
    }),
    async listFriendRequests(request, context) {
      const direction = toDirection(request.direction);
      if (direction === undefined) throw invalidArgument('direction', 'must be named');
      const answer = await usecases.listFriendRequests.run(context, { ...request, direction });
      const { requests, nextPageToken, unread } = answer;
      return { requests: requests.map(toProtoRequest), nextPageToken, unreadCount: unread };
    },
    async markFriendRequestsRead(request, context) {
      const { unread } = await usecases.markFriendRequestsRead.run(context, request);
      return { unreadCount: unread };
    },
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
