import { DomainError } from '@queqiao/domain';
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
    recall: unimplemented,
    edit: unimplemented,
    deleteForAll: unimplemented,
    react: unimplemented,
    pin: unimplemented,
    deleteForMe: unimplemented,
    signal: unimplemented,
  });
}

function unimplemented(): Promise<never> {
  return Promise.reject(new DomainError('UNIMPLEMENTED', 'not offered yet'));
}
