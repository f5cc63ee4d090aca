import { ConversationServiceDefinition } from '@queqiao/protocol/client';
import type { CatchUp } from '../../usecase/conversation/catch-up.js';
import type { ClearHistory } from '../../usecase/conversation/clear-history.js';
import type { ListReaders } from '../../usecase/conversation/list-readers.js';
import type { MarkRead } from '../../usecase/conversation/mark-read.js';
import type { PullEntries } from '../../usecase/conversation/pull-entries.js';
import type { SyncConversations } from '../../usecase/conversation/sync-conversations.js';
import type { UpdateSettings } from '../../usecase/conversation/update-settings.js';
import { defineService, type ApiService } from '../api-service.js';
import { toCatchUpAnswer, toConversation, toEntry, toMemberState } from './mapper.js';

export function clientConversationService(usecases: {
  syncConversations: SyncConversations;
  pullEntries: PullEntries;
  catchUp: CatchUp;
  markRead: MarkRead;
  updateSettings: UpdateSettings;
  clearHistory: ClearHistory;
  listReaders: ListReaders;
}): ApiService<'user'> {
  return defineService('user', ConversationServiceDefinition, {
    async syncConversations(request, context) {
      const answer = await usecases.syncConversations.run(context, request);
      return { ...answer, conversations: answer.conversations.map(toConversation) };
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
    async catchUp(request, context) {
      const { answers, logEpoch, hasMore } = await usecases.catchUp.run(context, request);
      return { answers: answers.map(toCatchUpAnswer), logEpoch, hasMore };
    },
    async updateSettings({ conversationId, throughSeq, clientRequestId, ...patch }, context) {
      const input = { conversationId, patch, throughSeq, clientRequestId };
      return { member: toMemberState(await usecases.updateSettings.run(context, input)) };
    },
    async clearHistory(request, context) {
      return { member: toMemberState(await usecases.clearHistory.run(context, request)) };
    },
    listReaders: (request, context) => usecases.listReaders.run(context, request),
  });
}
