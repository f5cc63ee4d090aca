import type { AppId, ConversationId, UserId } from '@queqiao/domain';
import type { Generated } from 'kysely';

export interface ImportedSendersTable {
  app_id: AppId;
  user_id: UserId;
  conversation_id: ConversationId;
}

/** Apps whose groups are not all looked through yet for senders of before there was such a list. */
export interface ImportedSenderSearchesTable {
  app_id: AppId;
  done_to: Generated<string>;
}
