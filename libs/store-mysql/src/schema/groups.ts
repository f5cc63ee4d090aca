import type {
  AppId,
  ConversationId,
  GroupVisibility,
  HistoryPolicy,
  InviteRight,
  JoinMode,
  UserId,
} from '@queqiao/domain';
import type { Generated } from 'kysely';

export interface GroupInfoTable {
  app_id: AppId;
  conversation_id: ConversationId;
  name: string;
  owner_id: UserId;
  creator_id: UserId;
  client_request_id: string;
  created_ms: number;
  avatar_url: Generated<string>;
  introduction: Generated<string>;
  announcement: Generated<string>;
  extra: Generated<string>;
  join_mode: Generated<JoinMode>;
  visibility: Generated<GroupVisibility>;
  history: Generated<HistoryPolicy>;
  invite_right: Generated<InviteRight>;
  member_count: Generated<number>;
  admin_count: Generated<number>;
}

export interface GroupInvitationsTable {
  app_id: AppId;
  user_id: UserId;
  conversation_id: ConversationId;
  inviter_id: UserId;
  text: Generated<string>;
  state: 'pending' | 'accepted' | 'rejected';
  is_read: Generated<number>;
  created_ms: number;
  updated_ms: number;
  expires_ms: number;
}

export interface GroupApplicationsTable {
  app_id: AppId;
  conversation_id: ConversationId;
  user_id: UserId;
  inviter_id: Generated<string>;
  text: Generated<string>;
  state: 'pending' | 'accepted' | 'rejected' | 'cancelled';
  handled_by: Generated<string>;
  answer: Generated<string>;
  created_ms: number;
  updated_ms: number;
}

export interface JoinLinksTable {
  app_id: AppId;
  token: string;
  conversation_id: ConversationId;
  creator_id: UserId;
  created_ms: number;
  /** 0: never. */
  expires_ms: number;
  /** 0: any number. */
  max_uses: number;
  uses: Generated<number>;
  revoked_ms: number | null;
}
