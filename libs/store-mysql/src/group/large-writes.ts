import type { ConversationId, UserId } from '@queqiao/domain';
import type { LogTransaction } from '../log/log-transaction.js';

/** What a large group keeps of its members besides their rows. Nothing for groups that are not large. */
export function writeLargeJoins(
  tx: LogTransaction,
  conversationId: ConversationId,
  userIds: readonly UserId[],
  joinedSeq: number,
): void {
  if (tx.head(conversationId)?.mode === 'routed') return;
  tx.putOff(
    tx.trx
      .insertInto('large_members')
      .values(
        userIds.map((userId) => ({
          app_id: tx.appId,
          user_id: userId,
          conversation_id: conversationId,
          joined_seq: joinedSeq,
        })),
      )
      .onDuplicateKeyUpdate({ joined_seq: joinedSeq }),
  );
}

/** After the head has its new leave_version. */
export function writeLargeLeaves(
  tx: LogTransaction,
  conversationId: ConversationId,
  userIds: readonly UserId[],
): void {
  const head = tx.head(conversationId);
  if (head === null || head.mode === 'routed') return;
  tx.putOff(
    tx.trx
      .deleteFrom('large_members')
      .where('app_id', '=', tx.appId)
      .where('user_id', 'in', userIds)
      .where('conversation_id', '=', conversationId),
  );
  tx.putOff(
    tx.trx.insertInto('large_leaves').values(
      userIds.map((userId) => ({
        app_id: tx.appId,
        conversation_id: conversationId,
        leave_version: head.leaveVersion,
        user_id: userId,
        left_ms: tx.nowMs,
      })),
    ),
  );
}

/** From now on messages go both ways, until every connect node has its sessions in the group. */
export function enlarge(tx: LogTransaction, conversationId: ConversationId): void {
  if (tx.head(conversationId)?.mode !== 'routed') return;
  tx.setMode(conversationId, 'both');
  tx.putOff(
    tx.trx
      .insertInto('large_crossings')
      .ignore()
      .values({ app_id: tx.appId, conversation_id: conversationId }),
  );
}
