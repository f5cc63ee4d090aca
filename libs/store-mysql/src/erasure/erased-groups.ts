import {
  groupConversationId,
  HEAD_FLAGS,
  type AppId,
  type ConversationId,
  type GroupId,
  type UserId,
} from '@queqiao/domain';
import { sql } from 'kysely';
import type { ErasedGroup, ErasureJob } from '../erasure-types.js';
import { groupIdOf } from '../group/group-rows.js';
import { retrying, type StoreContext } from '../store-context.js';

interface Row {
  readonly conversation_id: ConversationId;
  readonly role: string;
  readonly flags: number;
}

/** Those that were left are passed over, so that each is the first one once. */
export async function nextGroup(
  context: StoreContext,
  { appId, userId }: ErasureJob,
): Promise<ErasedGroup | null> {
  const { rows } = await sql<Row>`
    SELECT STRAIGHT_JOIN m.conversation_id, m.role, c.flags FROM members m FORCE INDEX (PRIMARY)
    JOIN conversations c FORCE INDEX (PRIMARY) ON c.app_id = m.app_id AND c.conversation_id = m.conversation_id
    WHERE m.app_id = ${appId} AND c.app_id = ${appId} AND m.user_id = ${userId} AND m.conversation_id > 'g:'
    AND m.conversation_id < 'g;' AND m.left_seq IS NULL ORDER BY m.conversation_id LIMIT 1`.execute(
    context.kysely,
  );
  const [row] = rows;
  if (row === undefined) return null;
  const isOwner = row.role === 'owner';
  return {
    groupId: groupIdOf(row.conversation_id),
    isOwner,
    dissolved: (row.flags & HEAD_FLAGS.dissolved) !== 0,
    successorId: isOwner ? await successor(context, appId, row.conversation_id, userId) : null,
  };
}

async function successor(
  context: StoreContext,
  appId: AppId,
  conversationId: ConversationId,
  userId: UserId,
): Promise<UserId | null> {
  const { rows } = await sql<{ user_id: UserId }>`
    SELECT user_id FROM members FORCE INDEX (members_by_role) WHERE app_id = ${appId}
    AND conversation_id = ${conversationId} AND left_seq IS NULL AND user_id <> ${userId}
    ORDER BY role <> 'admin', joined_ms, user_id LIMIT 1`.execute(context.kysely);
  return rows[0]?.user_id ?? null;
}

export async function leaveEnded(
  context: StoreContext,
  { appId, userId }: ErasureJob,
  groupId: GroupId,
): Promise<void> {
  const conversationId = groupConversationId(groupId);
  await retrying(context, () =>
    sql`UPDATE members m JOIN conversations c ON c.app_id = m.app_id AND c.conversation_id = m.conversation_id
      SET m.left_seq = c.last_seq, m.left_ordinal = c.last_ordinal, m.role = 'member', m.rev = m.rev + 1
      WHERE m.app_id = ${appId} AND c.app_id = ${appId} AND m.user_id = ${userId}
      AND m.conversation_id = ${conversationId} AND m.left_seq IS NULL`.execute(context.kysely),
  );
}
