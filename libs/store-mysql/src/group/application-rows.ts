import { groupConversationId, type AppId, type ConversationId, type UserId } from '@queqiao/domain';
import { sql, type Kysely, type RawBuilder, type Selectable } from 'kysely';
import type { ApplicationRecord } from '../group-request-types.js';
import type { LogTransaction } from '../log/log-transaction.js';
import type { GroupApplicationsTable } from '../schema/groups.js';
import type { Schema } from '../schema/schema.js';
import { incoming } from '../upsert.js';
import { groupIdOf } from './group-rows.js';

/** `ended`, where it is looked at: not 0 when the group has ended, so that nobody can be let in any more. */
export type ApplicationRow = Selectable<GroupApplicationsTable> & { readonly ended?: number };

export function toApplication(row: ApplicationRow): ApplicationRecord {
  return {
    groupId: groupIdOf(row.conversation_id),
    userId: row.user_id,
    inviterId: row.inviter_id,
    text: row.text,
    state: row.state === 'pending' && row.ended ? 'rejected' : row.state,
    handledBy: row.handled_by,
    answer: row.answer,
    createdMs: row.created_ms,
    updatedMs: row.updated_ms,
  };
}

export async function readApplications(
  db: Kysely<Schema>,
  appId: AppId,
  conversationId: ConversationId,
  userIds: readonly UserId[],
): Promise<ApplicationRecord[]> {
  if (userIds.length === 0) return [];
  const rows = await db
    .selectFrom('group_applications')
    .selectAll()
    .where('app_id', '=', appId)
    .where('conversation_id', '=', conversationId)
    .where('user_id', 'in', [...new Set(userIds)])
    .execute();
  return rows.map(toApplication);
}

/** Counted no further: no app allows so many. */
const PENDING_MAX = 10_001;

export async function countPendingApplications(
  db: Kysely<Schema>,
  appId: AppId,
  conversationId: ConversationId,
): Promise<number> {
  const { rows } = await pendingApplications(appId, conversationId).execute(db);
  return rows[0]?.pending ?? 0;
}

export function pendingApplications(
  appId: AppId,
  conversationId: ConversationId,
): RawBuilder<{ pending: number }> {
  return sql`SELECT COUNT(*) AS pending FROM (
    SELECT 1 FROM group_applications a FORCE INDEX (group_applications_by_state)
    WHERE a.app_id = ${appId} AND a.conversation_id = ${conversationId} AND a.state = 'pending'
    LIMIT ${sql.lit(PENDING_MAX)}) k`;
}

export function writeApplications(
  tx: LogTransaction,
  applications: readonly ApplicationRecord[],
): void {
  const { appId } = tx;
  if (applications.length === 0) return;
  tx.putOff(
    tx.trx
      .insertInto('group_applications')
      .values(
        applications.map((application) => ({
          app_id: appId,
          conversation_id: groupConversationId(application.groupId),
          user_id: application.userId,
          inviter_id: application.inviterId,
          text: application.text,
          state: application.state,
          handled_by: application.handledBy,
          answer: application.answer,
          created_ms: application.createdMs,
          updated_ms: application.updatedMs,
        })),
      )
      .onDuplicateKeyUpdate({
        inviter_id: incoming<string>('inviter_id'),
        text: incoming<string>('text'),
        state: incoming<ApplicationRecord['state']>('state'),
        handled_by: incoming<string>('handled_by'),
        answer: incoming<string>('answer'),
        created_ms: incoming<number>('created_ms'),
        updated_ms: incoming<number>('updated_ms'),
      }),
  );
}

/** Who came in by another way need not be let in any more. No entry tells of it: the arrival does. */
export function settleApplications(
  tx: LogTransaction,
  conversationId: ConversationId,
  userIds: readonly UserId[],
  handledBy: string,
): void {
  const { appId, nowMs } = tx;
  tx.putOff(sql`UPDATE group_applications FORCE INDEX (PRIMARY)
    SET state = 'accepted', handled_by = ${handledBy}, updated_ms = ${nowMs}
    WHERE app_id = ${appId} AND conversation_id = ${conversationId}
    AND user_id IN (${sql.join([...userIds])}) AND state = 'pending'`);
}
