import type { AppId, ConversationId, MemberSettings, UserId } from '@queqiao/domain';
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
  settings: JSONColumnType<MemberSettings> | null;
  rev: Generated<number>;
  delivered_seq: Generated<number>;
  peer_delivered_seq: Generated<number>;
  cleared_seq: Generated<number>;
  mentioned_seq: Generated<number>;
  hidden_seqs: JSONColumnType<number[]> | null;
  muted_until_ms: Generated<number>;
  name: Generated<string>;
  joined_ms: Generated<number>;
  inviter_id: Generated<string>;
}

export interface HiddenEntriesTable {
  app_id: AppId;
  user_id: UserId;
  conversation_id: ConversationId;
  seq: number;
}

export interface MemberStintsTable {
  app_id: AppId;
  user_id: UserId;
  conversation_id: ConversationId;
  joined_seq: number;
  left_seq: number;
}
