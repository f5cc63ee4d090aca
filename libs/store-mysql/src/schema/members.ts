import type { AppId, ConversationId, UserId } from '@queqiao/domain';
import type { Generated, JSONColumnType } from 'kysely';
import type { MemberRole } from '../append-types.js';

export interface MembersTable {
  app_id: AppId;
  user_id: UserId;
  conversation_id: ConversationId;
  role: Generated<MemberRole>;
  joined_seq: Generated<number>;
  left_seq: number | null;
  left_ordinal: number | null;
  read_seq: Generated<number>;
  read_ordinal: Generated<number>;
  peer_read_seq: Generated<number>;
  flags: Generated<number>;
  settings: JSONColumnType<object> | null;
  rev: Generated<number>;
}

export interface MemberStintsTable {
  app_id: AppId;
  user_id: UserId;
  conversation_id: ConversationId;
  joined_seq: number;
  left_seq: number;
}
