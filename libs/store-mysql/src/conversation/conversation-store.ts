import type { AppId, ConversationId, UserId } from '@queqiao/domain';
import type { ConversationStore, PullInput, SeqRange } from '../conversation-types.js';
import type { StoreContext } from '../store-context.js';
import { readStates, readSummary } from './app-view.js';
import { catchUp } from './catch-up.js';
import * as reads from './conversation-reads.js';
import { ensureDirect } from './ensure-direct.js';
import { pull } from './pull.js';

export class MysqlConversationStore implements ConversationStore {
  constructor(private readonly context: StoreContext) {}

  summary(appId: AppId, conversationId: ConversationId) {
    return readSummary(this.context, appId, conversationId);
  }

  readStates(
    appId: AppId,
    conversationId: ConversationId,
    page: { readonly afterUserId: string; readonly limit: number },
  ) {
    return readStates(this.context, appId, conversationId, page);
  }

  memberships(appId: AppId, userId: UserId) {
    return reads.readMemberships(this.context, appId, userId);
  }

  shownEntries(appId: AppId, wanted: readonly { conversationId: ConversationId; seq: number }[]) {
    return reads.readShownEntries(this.context, appId, wanted);
  }

  member(appId: AppId, userId: UserId, conversationId: ConversationId) {
    return reads.readMember(this.context, appId, userId, conversationId);
  }

  pull(input: PullInput) {
    return pull(this.context, input);
  }

  entries(appId: AppId, conversationId: ConversationId, range: SeqRange) {
    const whole = { limit: reads.RANGE_MAX_ENTRIES, backwards: false };
    return reads.readRange(this.context, appId, conversationId, range, whole);
  }

  memberList(appId: AppId, conversationId: ConversationId, leftSinceSeq = 0) {
    return reads.readMemberList(this.context, appId, conversationId, leftSinceSeq);
  }

  heads(appId: AppId, conversationIds: readonly ConversationId[]) {
    return reads.readHeads(this.context, appId, conversationIds);
  }

  ensureDirect(wanted: readonly { appId: AppId; conversationId: ConversationId }[]) {
    return ensureDirect(this.context, wanted);
  }

  catchUp(
    appId: AppId,
    userId: UserId,
    wanted: readonly { conversationId: ConversationId; fromSeq: number }[],
  ) {
    return catchUp(this.context, appId, userId, wanted);
  }
}
