import { ImportServiceDefinition } from '@queqiao/protocol/server';
import type { ImportMessages } from '../../usecase/message/import-messages.js';
import { defineService, type ApiService } from '../api-service.js';
import { fromProtoSender, toMessageContent } from './content-mapper.js';

export function importService(usecases: {
  importMessages: ImportMessages;
}): ApiService<'business'> {
  return defineService('business', ImportServiceDefinition, {
    async importMessages({ conversationId, messages, emitEvents }, context) {
      const input = {
        conversationId,
        emitEvents,
        messages: messages.map((message) => ({
          ...message,
          sender: fromProtoSender(message.sender),
          content: toMessageContent(message.content),
        })),
      };
      return { results: await usecases.importMessages.run(context, input) };
    },
  });
}
