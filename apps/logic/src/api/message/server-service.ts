import { errorCodeToProto, ErrorCode as ProtoErrorCode } from '@queqiao/protocol/common';
import { MessageServiceDefinition } from '@queqiao/protocol/server';
import type { ListMessages } from '../../usecase/conversation/list-messages.js';
import type { DeleteMessages } from '../../usecase/message/delete-messages.js';
import type { RecallMessage } from '../../usecase/message/recall-message.js';
import type { SendMessage } from '../../usecase/message/send-message.js';
import type { SendToUsers, SentToUser } from '../../usecase/message/send-to-users.js';
import { defineService, type ApiService } from '../api-service.js';
import { toEntry } from '../conversation/mapper.js';
import { fromProtoSender, toMessageContent } from './content-mapper.js';

export interface ServerMessageUsecases {
  readonly sendMessage: SendMessage;
  readonly sendToUsers: SendToUsers;
  readonly listMessages: ListMessages;
  readonly recallMessage: RecallMessage;
  readonly deleteMessages: DeleteMessages;
}

export function serverMessageService(usecases: ServerMessageUsecases): ApiService<'business'> {
  return defineService('business', MessageServiceDefinition, {
    sendMessage: (request, context) =>
      usecases.sendMessage.run(context, {
        ...request,
        sender: fromProtoSender(request.sender),
        content: toMessageContent(request.content),
      }),
    async sendToUsers(request, context) {
      const results = await usecases.sendToUsers.run(context, {
        ...request,
        sender: fromProtoSender(request.sender),
        content: toMessageContent(request.content),
      });
      return { results: results.map(toResult) };
    },
    async listMessages(request, context) {
      const { entries, ...rest } = await usecases.listMessages.run(context, request);
      return { entries: entries.map(toEntry), ...rest };
    },
    recallMessage: (request, context) => usecases.recallMessage.run(context, request),
    deleteMessages: (request, context) => usecases.deleteMessages.run(context, request),
  });
}

function toResult({ error, ...result }: SentToUser) {
  return {
    ...result,
    error: error === null ? ProtoErrorCode.UNSPECIFIED : errorCodeToProto(error),
  };
}
