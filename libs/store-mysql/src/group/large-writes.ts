import type { ConversationId, UserId } from '@queqiao/domain';
import type { LogTransaction } from '../log/log-transaction.js';

/** What a large group keeps of its members besides their rows. Nothing for groups that are not large. */
export async function writeLargeJoins(
  tx: LogTransaction,
  conversationId: ConversationId,
  userIds: readonly UserId[],
  joinedSeq: number,
): Promise<void> {
  if (tx.head(conversationId)?.mode === 'routed') return;
  await tx.trx
    .insertInto('large_members')
    .values(
      userIds.map((userId) => ({
        app_id: tx.appId,
        user_id: userId,
        conversation_id: conversationId,
        joined_seq: joinedSeq,
      })),
    )
    .onDuplicateKeyUpdate({ joined_seq: joinedSeq })
    .execute();
}

/** After the head has its new leave_version. */
export async function writeLargeLeaves(
  tx: LogTransaction,
  conversationId: ConversationId,
  userIds: readonly UserId[],
): Promise<void> {
  const head = tx.head(conversationId);
  if (head === null || head.mode === 'routed') return;
  await tx.trx
    .deleteFrom('large_members')
    .where('app_id', '=', tx.appId)
    .where('user_id', 'in', userIds)
    .where('conversation_id', '=', conversationId)
    .execute();
  await tx.trx
    .insertInto('large_leaves')
    .values(
      userIds.map((userId) => ({
        app_id: tx.appId,
        conversation_id: conversationId,
        leave_version: head.leaveVersion,
        user_id: userId,
        left_ms: tx.nowMs,
      })),
    )
    .execute();
}

/** From now on messages go both ways, until every connect node has its sessions in the group. */
export async function enlarge(tx: LogTransaction, conversationId: ConversationId): Promise<void> {
  if (tx.head(conversationId)?.mode !== 'routed') return;
  tx.setMode(conversationId, 'both');
  await tx.trx
    .insertInto('large_crossings')
    .ignore()
    .values({ app_id: tx.appId, conversation_id: conversationId })
    .execute();
}
