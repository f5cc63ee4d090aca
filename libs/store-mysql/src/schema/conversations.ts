import type { AppId, ConversationId } from '@queqiao/domain';
import type { Generated } from 'kysely';
import type { ConversationMode } from '../append-types.js';

export interface ConversationsTable {
  app_id: AppId;
  conversation_id: ConversationId;
  last_seq: Generated<number>;
  last_ordinal: Generated<number>;
  shown_seq: Generated<number>;
  active_ms: Generated<number>;
  member_version: Generated<number>;
  leave_version: Generated<number>;
  mode: Generated<ConversationMode>;
  mention_all_seq: Generated<number>;
  flags: Generated<number>;
}
