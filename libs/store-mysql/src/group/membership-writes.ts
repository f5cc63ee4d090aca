import type { ConversationId, GroupRole, UserId } from '@queqiao/domain';
import { sql } from 'kysely';
import type { LogTransaction } from '../log/log-transaction.js';
import { incoming } from '../upsert.js';

interface Joining {
  readonly userIds: readonly UserId[];
  readonly role: GroupRole;
  readonly inviterId: string;
  readonly joinedSeq: number;
  /** What was there before counts as read. */
  readonly readSeq: number;
  readonly readOrdinal: number;
}

/**
 * Makes rows of newcomers, and opens those of who comes back: the stint before goes to member_stints, unless the newcomer
 * sees everything anyway. A mute outlasts a leave. Rows are written, and so locked, in the order of their keys, as everywhere.
 */
export function writeJoins(
  tx: LogTransaction,
  conversationId: ConversationId,
  joining: Joining,
): void {
  keepStints(tx, conversationId, joining);
  tx.putOff(
    tx.trx
      .insertInto('members')
      .values(
        [...joining.userIds].sort().map((userId) => ({
          app_id: tx.appId,
          user_id: userId,
          conversation_id: conversationId,
          role: joining.role,
          joined_seq: joining.joinedSeq,
          read_seq: joining.readSeq,
          read_ordinal: joining.readOrdinal,
          joined_ms: tx.nowMs,
          inviter_id: joining.inviterId,
          rev: 1,
        })),
      )
      .onDuplicateKeyUpdate({
        role: incoming<GroupRole>('role'),
        joined_seq: incoming<number>('joined_seq'),
        left_seq: null,
        left_ordinal: null,
        read_seq: sql<number>`GREATEST(read_seq, VALUES(read_seq))`,
        read_ordinal: sql<number>`GREATEST(read_ordinal, VALUES(read_ordinal))`,
        joined_ms: incoming<number>('joined_ms'),
        inviter_id: incoming<string>('inviter_id'),
        rev: sql<number>`rev + 1`,
      }),
  );
}

function keepStints(
  tx: LogTransaction,
  conversationId: ConversationId,
  { userIds, joinedSeq }: Joining,
): void {
  const { appId } = tx;
  const users = sql.join([...userIds]);
  if (joinedSeq === 0) {
    tx.putOff(sql`DELETE FROM member_stints WHERE app_id = ${appId} AND user_id IN (${users})
      AND conversation_id = ${conversationId}`);
    return;
  }
  tx.putOff(sql`INSERT IGNORE INTO member_stints (app_id, user_id, conversation_id, joined_seq, left_seq)
    SELECT m.app_id, m.user_id, m.conversation_id, m.joined_seq, m.left_seq FROM members m FORCE INDEX (PRIMARY)
    WHERE m.app_id = ${appId} AND m.user_id IN (${users}) AND m.conversation_id = ${conversationId}
    AND m.left_seq > m.joined_seq`);
}

/** Closes rows at the newest entry: it is the last that they see. */
export function writeLeaves(
  tx: LogTransaction,
  conversationId: ConversationId,
  userIds: readonly UserId[],
  at: { readonly seq: number; readonly ordinal: number },
): void {
  const { appId } = tx;
  tx.putOff(
    tx.trx
      .updateTable('members')
      .set({
        left_seq: at.seq,
        left_ordinal: at.ordinal,
        role: 'member',
        rev: sql<number>`rev + 1`,
      })
      .where('app_id', '=', appId)
      .where('user_id', 'in', userIds)
      .where('conversation_id', '=', conversationId)
      .where('left_seq', 'is', null),
  );
}

/** Changes rows of current members. */
export function writeMembers(
  tx: LogTransaction,
  conversationId: ConversationId,
  userIds: readonly UserId[],
  values: { readonly role?: GroupRole; readonly name?: string; readonly muted_until_ms?: number },
): void {
  const { appId } = tx;
  tx.putOff(
    tx.trx
      .updateTable('members')
      .set({ ...values, rev: sql<number>`rev + 1` })
      .where('app_id', '=', appId)
      .where('user_id', 'in', userIds)
      .where('conversation_id', '=', conversationId)
      .where('left_seq', 'is', null),
  );
}
