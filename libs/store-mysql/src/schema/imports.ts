import type { AppId, ConversationId, UserId } from '@queqiao/domain';

export interface ImportedSendersTable {
  app_id: AppId;
  user_id: UserId;
  conversation_id: ConversationId;
}
