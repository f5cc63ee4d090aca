import { MessageServiceDefinition } from '@queqiao/protocol/server';
import type { SendMessage } from '../../usecase/message/send-message.js';
import { defineService, type ApiService } from '../api-service.js';
import { fromProtoSender, toMessageContent } from './content-mapper.js';

export function serverMessageService(usecases: {
  sendMessage: SendMessage;
}): ApiService<'business'> {
  return defineService('business', MessageServiceDefinition, {
    sendMessage: (request, context) =>
      usecases.sendMessage.run(context, {
        ...request,
        sender: fromProtoSender(request.sender),
        content: toMessageContent(request.content),
      }),
  });
}
