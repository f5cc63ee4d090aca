import {
  conversationRef,
  HEAD_FLAGS,
  MEMBER_FLAGS,
  MESSAGE_KINDS,
  selfConversationId,
  type AppId,
  type ConversationId,
} from '@queqiao/domain';
import { sql, type Kysely } from 'kysely';
import { storedState } from '../conversation/rows.js';
import { ERASURE_STEP_ROWS, type ErasureJob, type OwnMessages } from '../erasure-types.js';
import type { Schema } from '../schema/schema.js';
import { retrying, type StoreContext } from '../store-context.js';

/** By id: those that the user is or was in, and those into which something was imported. */
export async function nextConversation(
  context: StoreContext,
  { appId, userId }: ErasureJob,
  after: string,
): Promise<ConversationId | null> {
  const firstOf = async (table: 'members' | 'imported_senders') => {
    const { rows } = await sql<{ conversation_id: ConversationId }>`
      SELECT conversation_id FROM ${sql.table(table)} FORCE INDEX (PRIMARY) WHERE app_id = ${appId}
      AND user_id = ${userId} AND conversation_id > ${after} ORDER BY conversation_id LIMIT 1`.execute(
      context.kysely,
    );
    return rows.map((row) => row.conversation_id);
  };
  const [first] = [...(await firstOf('members')), ...(await firstOf('imported_senders'))].sort();
  return first ?? null;
}

export async function ownMessages(
  context: StoreContext,
  { appId, userId }: ErasureJob,
  conversationId: ConversationId,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<OwnMessages> {
  const { rows } = await sql<{ seq: number; client_msg_id: string }>`
    SELECT seq, client_msg_id FROM entries FORCE INDEX (entries_by_message)
    WHERE app_id = ${appId} AND conversation_id = ${conversationId} AND sender = ${userId} AND client_msg_id > ${after}
    AND state = 0 AND kind IN (${sql.join([...MESSAGE_KINDS])})
    ORDER BY client_msg_id LIMIT ${sql.lit(limit)}`.execute(context.kysely);
  const last = rows.length < limit ? null : (rows.at(-1)?.client_msg_id ?? null);
  return { seqs: rows.map(({ seq }) => seq), after: last };
}

/** With the contents of their edits. */
export async function blankMessages(
  context: StoreContext,
  { appId }: ErasureJob,
  conversationId: ConversationId,
  seqs: readonly number[],
): Promise<void> {
  if (seqs.length === 0) return;
  const targets = sql.join([...seqs]);
  const state = storedState('deleted');
  await retrying(context, async () => {
    await sql`UPDATE entry_edits x STRAIGHT_JOIN entries e FORCE INDEX (PRIMARY) ON e.app_id = x.app_id
      AND e.conversation_id = x.conversation_id AND e.seq = x.seq SET e.content = '', e.state = ${state}
      WHERE x.app_id = ${appId} AND x.conversation_id = ${conversationId}
      AND x.target_seq IN (${targets})`.execute(context.kysely);
    await context.kysely
      .updateTable('entries')
      .set({ content: Buffer.alloc(0), state })
      .where('app_id', '=', appId)
      .where('conversation_id', '=', conversationId)
      .where('seq', 'in', seqs)
      .execute();
  });
}

export async function blankFeed(
  context: StoreContext,
  { appId, userId }: ErasureJob,
): Promise<boolean> {
  return retrying(context, async () => {
    const { numAffectedRows } =
      await sql`UPDATE entries SET content = '', state = ${storedState('deleted')}
      WHERE app_id = ${appId} AND conversation_id = ${selfConversationId(userId)} AND state = 0
      ORDER BY seq LIMIT ${sql.lit(ERASURE_STEP_ROWS)}`.execute(context.kysely);
    return numAffectedRows === BigInt(ERASURE_STEP_ROWS);
  });
}

/**
 * Who talked with the user is refused from now on, as by somebody who takes nothing any more. So is whoever speaks for the app or
 * in the user's own name, for whom nothing but the head is looked at.
 */
export async function closeConversation(
  context: StoreContext,
  { appId, userId }: ErasureJob,
  conversationId: ConversationId,
): Promise<void> {
  const ref = conversationRef(conversationId);
  await retrying(context, async () => {
    await context.kysely
      .deleteFrom('reactions')
      .where('app_id', '=', appId)
      .where('conversation_id', '=', conversationId)
      .where('user_id', '=', userId)
      .execute();
    if (ref.kind === 'group') return;
    await closeHead(context.kysely, appId, conversationId);
    if (ref.kind === 'self' || ref.a === ref.b) return;
    const peer = ref.a === userId ? ref.b : ref.a;
    await sql`UPDATE members SET flags = flags | ${MEMBER_FLAGS.blockedByPeer}, rev = rev + 1
      WHERE app_id = ${appId} AND user_id IN (${userId}, ${peer}) AND conversation_id = ${conversationId}
      AND (flags & ${MEMBER_FLAGS.blockedByPeer}) = 0`.execute(context.kysely);
  });
}

export async function closeHead(
  kysely: Kysely<Schema>,
  appId: AppId,
  conversationId: ConversationId,
): Promise<void> {
  await sql`UPDATE conversations SET flags = flags | ${HEAD_FLAGS.closed}
    WHERE app_id = ${appId} AND conversation_id = ${conversationId}`.execute(kysely);
}
