import { parseSenderKey, type AppId, type ConversationId, type UserId } from '@queqiao/domain';
import { sql, type RawBuilder, type Transaction } from 'kysely';
import {
  ERASED_AGAIN_MAX_USERS,
  ERASURE_VERSION,
  SENDER_SEARCH_MAX_GROUPS,
} from '../erasure-types.js';
import type { Schema } from '../schema/schema.js';
import { DATABASE_NOW, retrying, type StoreContext } from '../store-context.js';

const OLDER_VERSIONS = Array.from({ length: ERASURE_VERSION }, (_, version) => version);

/** One step; the place is committed with what was found. False: every app was looked through, or another node is at the last one. */
export function searchSenders(context: StoreContext): Promise<boolean> {
  return retrying(context, () =>
    context.kysely.transaction().execute(async (trx) => {
      const { rows } = await sql<{ app_id: AppId; done_to: string }>`
        SELECT app_id, done_to FROM imported_sender_searches WHERE app_id = app_id
        ORDER BY app_id LIMIT 1 FOR UPDATE SKIP LOCKED`.execute(trx);
      const [search] = rows;
      if (search === undefined) return false;
      const { app_id: appId, done_to: doneTo } = search;
      const groups = await nextGroups(trx, appId, doneTo);
      for (const group of groups) await writeStrangers(trx, appId, group);
      const isLast = groups.length < SENDER_SEARCH_MAX_GROUPS;
      await (isLast ? end(trx, appId) : move(trx, appId, groups.at(-1) ?? doneTo));
      return true;
    }),
  );
}

async function nextGroups(
  trx: Transaction<Schema>,
  appId: AppId,
  doneTo: string,
): Promise<ConversationId[]> {
  const { rows } = await sql<{ conversation_id: ConversationId }>`
    SELECT conversation_id FROM conversations FORCE INDEX (PRIMARY) WHERE app_id = ${appId}
    AND conversation_id > ${doneTo === '' ? 'g:' : doneTo} AND conversation_id < 'g;'
    ORDER BY conversation_id LIMIT ${sql.lit(SENDER_SEARCH_MAX_GROUPS)}`.execute(trx);
  return rows.map((row) => row.conversation_id);
}

/** The next one by the index: one look-up for each, however much each has said. */
export function nextSender(
  appId: AppId,
  conversationId: ConversationId,
  after: string,
): RawBuilder<{ sender: string }> {
  return sql`SELECT sender FROM entries FORCE INDEX (entries_by_message) WHERE app_id = ${appId}
    AND conversation_id = ${conversationId} AND sender > ${after} ORDER BY sender LIMIT 1`;
}

async function usersOf(
  trx: Transaction<Schema>,
  appId: AppId,
  conversationId: ConversationId,
): Promise<UserId[]> {
  const users: UserId[] = [];
  for (let last: string | undefined = ''; last !== undefined;) {
    const next = await nextSender(appId, conversationId, last).execute(trx);
    last = next.rows[0]?.sender;
    const sender = last === undefined ? null : parseSenderKey(last);
    if (sender?.kind === 'user') users.push(sender.id as UserId);
  }
  return users;
}

/** Users who have said something there, and are not in it, nor were. The app is no user. */
async function writeStrangers(
  trx: Transaction<Schema>,
  appId: AppId,
  conversationId: ConversationId,
): Promise<void> {
  const users = await usersOf(trx, appId, conversationId);
  if (users.length === 0) return;
  const { rows } = await sql<{ user_id: UserId }>`
    SELECT user_id FROM members FORCE INDEX (PRIMARY) WHERE app_id = ${appId}
    AND user_id IN (${sql.join(users)}) AND conversation_id = ${conversationId}`.execute(trx);
  const members = new Set(rows.map((row) => row.user_id));
  const strangers = users.filter((userId) => !members.has(userId));
  if (strangers.length === 0) return;
  await trx
    .insertInto('imported_senders')
    .ignore()
    .values(
      strangers.map((user_id) => ({ app_id: appId, user_id, conversation_id: conversationId })),
    )
    .execute();
}

async function end(trx: Transaction<Schema>, appId: AppId): Promise<void> {
  await trx.deleteFrom('imported_sender_searches').where('app_id', '=', appId).execute();
}

async function move(trx: Transaction<Schema>, appId: AppId, doneTo: string): Promise<void> {
  await trx
    .updateTable('imported_sender_searches')
    .set({ done_to: doneTo })
    .where('app_id', '=', appId)
    .execute();
}

/** All phases once more, as in the sweep. The user has been gone for long, and stays so meanwhile. */
export function eraseAgain(context: StoreContext): Promise<boolean> {
  return retrying(context, async () => {
    // Of all apps, as the condition says for the tenant guard.
    const { numAffectedRows } = await sql`
      UPDATE erasures e FORCE INDEX (erasures_by_version)
      SET e.phase = 'sweep', e.done_to = '', e.attempts = 0, e.due_ms = ${DATABASE_NOW}
      WHERE e.app_id = e.app_id AND e.version IN (${sql.join(OLDER_VERSIONS)}) AND e.due_ms IS NULL
      AND NOT EXISTS (SELECT 1 FROM imported_sender_searches s WHERE s.app_id = e.app_id)
      LIMIT ${sql.lit(ERASED_AGAIN_MAX_USERS)}`.execute(context.kysely);
    return (numAffectedRows ?? 0n) > 0n;
  });
}
