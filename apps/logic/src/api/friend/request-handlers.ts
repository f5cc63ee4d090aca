import { invalidArgument } from '@queqiao/domain';
import type { FriendServiceDefinition } from '@queqiao/protocol/client';
import type { AcceptFriendRequest } from '../../usecase/friend/accept-friend-request.js';
import type { CancelFriendRequest } from '../../usecase/friend/cancel-friend-request.js';
import type { ListFriendRequests } from '../../usecase/friend/list-friend-requests.js';
import type { MarkFriendRequestsRead } from '../../usecase/friend/mark-friend-requests-read.js';
import type { RejectFriendRequest } from '../../usecase/friend/reject-friend-request.js';
import type { SendFriendRequest } from '../../usecase/friend/send-friend-request.js';
import type { Handlers } from '../api-service.js';
import { toDirection, toProtoFriend, toProtoRequest, toSource } from './mapper.js';

export interface RequestUsecases {
  readonly sendFriendRequest: SendFriendRequest;
  readonly acceptFriendRequest: AcceptFriendRequest;
  readonly rejectFriendRequest: RejectFriendRequest;
  readonly cancelFriendRequest: CancelFriendRequest;
  readonly listFriendRequests: ListFriendRequests;
  readonly markFriendRequestsRead: MarkFriendRequestsRead;
}

type RequestHandlers = Pick<
  Handlers<typeof FriendServiceDefinition, 'user'>,
  keyof RequestUsecases
>;

/** The part of the friend service that is about requests. */
export function requestHandlers(usecases: RequestUsecases): RequestHandlers {
  return {
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
  };
}
