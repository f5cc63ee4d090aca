import { DomainError } from '@queqiao/domain';
import { ConversationServiceDefinition } from '@queqiao/protocol/client';
import type { MarkRead } from '../../usecase/conversation/mark-read.js';
import type { PullEntries } from '../../usecase/conversation/pull-entries.js';
import type { SyncConversations } from '../../usecase/conversation/sync-conversations.js';
import { defineService, type ApiService } from '../api-service.js';
import { toConversation, toEntry, toMemberState } from './mapper.js';

export function clientConversationService(usecases: {
  syncConversations: SyncConversations;
  pullEntries: PullEntries;
  markRead: MarkRead;
}): ApiService<'user'> {
  return defineService('user', ConversationServiceDefinition, {
    async syncConversations(request, context) {
      const answer = await usecases.syncConversations.run(context, request);
      const conversations = answer.conversations.map(toConversation);
      return { ...answer, conversations, totalUnread: 0, totalUnreadMuted: 0 };
    },
    async pullEntries(request, context) {
      const { entries, notVisible, lastSeq, hasMore, logEpoch } = await usecases.pullEntries.run(
        context,
        request,
      );
      return { entries: entries.map(toEntry), notVisible, lastSeq, hasMore, logEpoch };
    },
    async markRead(request, context) {
      return { member: toMemberState(await usecases.markRead.run(context, request)) };
    },
    catchUp: notYet,
    updateSettings: notYet,
    clearHistory: notYet,
    listReaders: notYet,
  });
}

function notYet(): Promise<never> {
  return Promise.reject(new DomainError('UNIMPLEMENTED', 'not served by this build'));
}
