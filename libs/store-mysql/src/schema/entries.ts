import type { AppId, ConversationId } from '@queqiao/domain';
import type { Generated } from 'kysely';

export interface EntriesTable {
  app_id: AppId;
  conversation_id: ConversationId;
  seq: number;
  ordinal: number;
  sender: string;
  client_msg_id: string | null;
  kind: string;
  revision: Generated<number>;
  created_ms: number;
  content: Buffer;
}
