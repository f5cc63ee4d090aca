import type { AppId, ConversationId, UserId } from '@queqiao/domain';
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
  /** 0: there; 1: recalled; 2: deleted for everyone. */
  state: Generated<number>;
  created_ms: number;
  content: Buffer;
}

export interface EntryEditsTable {
  app_id: AppId;
  conversation_id: ConversationId;
  target_seq: number;
  seq: number;
}

export interface ReactionsTable {
  app_id: AppId;
  conversation_id: ConversationId;
  target_seq: number;
  user_id: UserId;
  emoji: Buffer;
}

export interface PinsTable {
  app_id: AppId;
  conversation_id: ConversationId;
  target_seq: number;
  seq: number;
}

export interface SpentMessageIdsTable {
  app_id: AppId;
  conversation_id: ConversationId;
  sender: string;
  client_msg_id: string;
  created_ms: number;
  /** What the id was used for; null: written by a version that did not say so. */
  kind: string | null;
  content: Buffer | null;
}
