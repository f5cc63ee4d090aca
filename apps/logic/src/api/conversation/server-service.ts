import { conversationRef } from '@queqiao/domain';
import { ConversationServiceDefinition, type Conversation } from '@queqiao/protocol/server';
import type {
  AppConversation,
  GetConversation,
} from '../../usecase/conversation/get-conversation.js';
import type { ListConversations } from '../../usecase/conversation/list-conversations.js';
import type { ListMessageReaders } from '../../usecase/conversation/list-message-readers.js';
import type { ListReadStates } from '../../usecase/conversation/list-read-states.js';
import { defineService, type ApiService } from '../api-service.js';
import { KINDS, toConversation, toEntry } from './mapper.js';

export function serverConversationService(usecases: {
  getConversation: GetConversation;
  listConversations: ListConversations;
  listReadStates: ListReadStates;
  listReaders: ListMessageReaders;
}): ApiService<'business'> {
  return defineService('business', ConversationServiceDefinition, {
    async getConversation(request, context) {
      const found = await usecases.getConversation.run(context, request);
      return { conversation: toAppConversation(found) };
    },
    async listConversations(request, context) {
      const { conversations, ...rest } = await usecases.listConversations.run(context, request);
      return { conversations: conversations.map(toConversation), ...rest };
    },
    async listReadStates(request, context) {
      const { states, ...rest } = await usecases.listReadStates.run(context, request);
      return { states: [...states], ...rest };
    },
    listReaders: (request, context) => usecases.listReaders.run(context, request),
  });
}

function toAppConversation(found: AppConversation): Conversation {
  const { conversationId, userIds, group, shown, lastSeq, lastOrdinal, activeMs } = found;
  return {
    conversationId,
    kind: KINDS[conversationRef(conversationId).kind],
    userIds: [...userIds],
    memberCount: group?.memberCount ?? userIds.length,
    name: group?.name ?? '',
    dissolved: group?.dissolved ?? false,
    lastSeq,
    lastOrdinal,
    lastEntry: shown ? toEntry(shown) : undefined,
    activeMs,
  };
}
