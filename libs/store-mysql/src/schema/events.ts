import type { AppId, ConversationId } from '@queqiao/domain';
import type { Generated } from 'kysely';

export interface EventOutboxTable {
  app_id: AppId;
  conversation_id: ConversationId;
  first_seq: number;
  last_seq: number;
  created_ms: number;
}

export interface AppEventHeadsTable {
  app_id: AppId;
  last_position: number;
  /** Readers from before this position have missed something; 0: there is no gap. */
  floor_position: Generated<number>;
}

export interface AppEventsTable {
  app_id: AppId;
  position: number;
  conversation_id: ConversationId;
  first_seq: number;
  last_seq: number;
  placed_ms: number;
}
