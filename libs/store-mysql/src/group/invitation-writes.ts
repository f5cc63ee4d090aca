import {
  groupConversationId,
  selfConversationId,
  type ConversationId,
  type UserId,
} from '@queqiao/domain';
import { sql } from 'kysely';
import type { InvitationRecord } from '../group-request-types.js';
import type { InvitationsStep } from '../group-types.js';
import type { Query } from '../connection/round-trips.js';
import type { LogTransaction } from '../log/log-transaction.js';
import type { GroupInvitationsTable } from '../schema/groups.js';
import { incoming } from '../upsert.js';
import { unreadByUser, unreadInvitations } from './unread-requests.js';

/** Counts after all rows are written, under the locks of the feeds: two groups that invite one user count one after the other. */
export async function writeInvitations(
  tx: LogTransaction,
  { invitations, entry }: InvitationsStep,
): Promise<void> {
  if (invitations.length === 0) return;
  const userIds = invitations.map(({ userId }) => userId);
  const counting = unreadInvitations(tx.appId, userIds, tx.nowMs);
  const [, counted] = await tx.together(upsert(tx, invitations), counting);
  const unread = unreadByUser(counted);
  for (const invitation of invitations) {
    const { userId } = invitation;
    tx.append(selfConversationId(userId), entry(invitation, unread.get(userId) ?? 0));
  }
}

function upsert({ trx, appId }: LogTransaction, invitations: readonly InvitationRecord[]): Query {
  return trx
    .insertInto('group_invitations')
    .values(
      invitations.map((invitation) => ({
        app_id: appId,
        user_id: invitation.userId,
        conversation_id: groupConversationId(invitation.groupId),
        inviter_id: invitation.inviterId,
        text: invitation.text,
        state: invitation.state === 'expired' ? 'pending' : invitation.state,
        is_read: invitation.read ? 1 : 0,
        created_ms: invitation.createdMs,
        updated_ms: invitation.updatedMs,
        expires_ms: invitation.expiresMs,
      })),
    )
    .onDuplicateKeyUpdate({
      inviter_id: incoming<UserId>('inviter_id'),
      text: incoming<string>('text'),
      state: incoming<GroupInvitationsTable['state']>('state'),
      is_read: incoming<number>('is_read'),
      created_ms: incoming<number>('created_ms'),
      updated_ms: incoming<number>('updated_ms'),
      expires_ms: incoming<number>('expires_ms'),
    });
}

/** Who came in needs no answer to an invitation any more. No entry tells of it: the arrival does. */
export function settleInvitations(
  tx: LogTransaction,
  conversationId: ConversationId,
  userIds: readonly UserId[],
): void {
  const { appId, nowMs } = tx;
  tx.putOff(sql`UPDATE group_invitations FORCE INDEX (PRIMARY)
    SET state = 'accepted', is_read = 1, updated_ms = ${nowMs}
    WHERE app_id = ${appId} AND user_id IN (${sql.join([...userIds])})
    AND conversation_id = ${conversationId} AND state = 'pending'`);
}
