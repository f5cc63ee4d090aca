import { MessageServiceDefinition } from '@queqiao/protocol/client';
import type { SendEntry } from '../../usecase/message/send-entry.js';
import { defineService, type ApiService } from '../api-service.js';
import { toMessageContent } from './content-mapper.js';

export function clientMessageService(usecases: { sendEntry: SendEntry }): ApiService<'user'> {
  return defineService('user', MessageServiceDefinition, {
    send: ({ conversationId, clientMsgId, content }, context) =>
      usecases.sendEntry.run(context, {
        conversationId,
        clientMsgId,
        content: toMessageContent(content),
      }),
  });
}
