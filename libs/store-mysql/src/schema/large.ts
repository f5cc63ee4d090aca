import type { AppId, ConversationId, UserId } from '@queqiao/domain';
import type { Generated } from 'kysely';

export interface LargeMembersTable {
  app_id: AppId;
  user_id: UserId;
  conversation_id: ConversationId;
  joined_seq: number;
}

export interface LargeLeavesTable {
  app_id: AppId;
  conversation_id: ConversationId;
  leave_version: number;
  user_id: UserId;
  left_ms: number;
}

export interface LargeCrossingsTable {
  app_id: AppId;
  conversation_id: ConversationId;
  filled_to: Generated<string>;
  filled: Generated<number>;
}

export interface LargeConfirmationsTable {
  app_id: AppId;
  conversation_id: ConversationId;
  node_id: string;
  boot_id: string;
}
