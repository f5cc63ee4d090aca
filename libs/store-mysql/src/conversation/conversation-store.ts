import type { AppId, ConversationId, UserId } from '@queqiao/domain';
import type {
  AdvanceReadInput,
  ConversationStore,
  CreateGroupInput,
  PullInput,
  SeqRange,
} from '../conversation-types.js';
import type { StoreContext } from '../store-context.js';
import { advanceRead } from './advance-read.js';
import * as reads from './conversation-reads.js';
import { createGroup } from './create-group.js';
import { ensureDirect } from './ensure-direct.js';
import { pull } from './pull.js';

export class MysqlConversationStore implements ConversationStore {
  constructor(private readonly context: StoreContext) {}

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

  createGroup(input: CreateGroupInput) {
    return createGroup(this.context, input);
  }

  ensureDirect(wanted: readonly { appId: AppId; conversationId: ConversationId }[]) {
    return ensureDirect(this.context, wanted);
  }

  advanceRead(input: AdvanceReadInput) {
    return advanceRead(this.context, input);
  }
}
