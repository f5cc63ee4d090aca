import { groupConversationId, type AppId, type ConversationId, type UserId } from '@queqiao/domain';
import { sql, type Kysely, type RawBuilder, type Selectable } from 'kysely';
import type { InvitationRecord, GroupRequestPage } from '../group-request-types.js';
import type { GroupInvitationsTable } from '../schema/groups.js';
import type { Schema } from '../schema/schema.js';
import { DATABASE_NOW } from '../store-context.js';
import { groupIdOf } from './group-rows.js';
import { ENDED } from './unread-requests.js';

export type InvitationRow = Selectable<GroupInvitationsTable> & {
  group_name: string;
  now_ms: number;
  /** As in ApplicationRow. */
  ended?: number;
};

const COLUMNS = sql`i.*, g.name AS group_name, ${DATABASE_NOW} AS now_ms`;

export function toInvitation(row: InvitationRow): InvitationRecord {
  const over = row.ended || row.expires_ms <= row.now_ms;
  return {
    groupId: groupIdOf(row.conversation_id),
    groupName: row.group_name,
    userId: row.user_id,
    inviterId: row.inviter_id,
    text: row.text,
    state: row.state === 'pending' && over ? 'expired' : row.state,
    read: row.is_read !== 0,
    createdMs: row.created_ms,
    updatedMs: row.updated_ms,
    expiresMs: row.expires_ms,
  };
}

export async function readInvitations(
  db: Kysely<Schema>,
  appId: AppId,
  conversationId: ConversationId,
  userIds: readonly UserId[],
): Promise<InvitationRecord[]> {
  if (userIds.length === 0) return [];
  const { rows } = await sql<InvitationRow>`
    SELECT STRAIGHT_JOIN ${COLUMNS} FROM group_invitations i FORCE INDEX (PRIMARY)
    JOIN group_info g FORCE INDEX (PRIMARY) ON g.app_id = i.app_id AND g.conversation_id = i.conversation_id
    WHERE i.app_id = ${appId} AND i.user_id IN (${sql.join([...userIds])})
    AND i.conversation_id = ${conversationId}`.execute(db);
  return rows.map(toInvitation);
}

/** By the index of updates, from its end. */
export function invitationPage(
  appId: AppId,
  userId: UserId,
  { after, limit }: GroupRequestPage,
): RawBuilder<InvitationRow> {
  const from =
    after === null
      ? sql``
      : sql`AND (i.updated_ms < ${after.updatedMs} OR (i.updated_ms = ${after.updatedMs}
          AND i.conversation_id < ${groupConversationId(after.groupId)}))`;
  return sql<InvitationRow>`
    SELECT STRAIGHT_JOIN ${COLUMNS}, ${ENDED} FROM group_invitations i FORCE INDEX (group_invitations_by_update)
    JOIN group_info g FORCE INDEX (PRIMARY) ON g.app_id = i.app_id AND g.conversation_id = i.conversation_id
    JOIN conversations c FORCE INDEX (PRIMARY) ON c.app_id = i.app_id AND c.conversation_id = i.conversation_id
    WHERE i.app_id = ${appId} AND i.user_id = ${userId} ${from}
    ORDER BY i.updated_ms DESC, i.conversation_id DESC LIMIT ${limit}`;
}
