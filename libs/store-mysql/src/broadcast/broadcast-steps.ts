import type { AppId, UserId } from '@queqiao/domain';
import { sql, type RawBuilder, type Transaction } from 'kysely';
import {
  BROADCAST_MAX_STEP_USERS,
  type BroadcastJob,
  type BroadcastStep,
  type RecipientPage,
} from '../broadcast-types.js';
import type { Schema } from '../schema/schema.js';
import { DATABASE_NOW, select, STATEMENT_NOW, type StoreContext } from '../store-context.js';
import { BROADCAST_STATES, toBroadcast, type BroadcastRow } from './broadcast-rows.js';

/** A broadcast that was claimed is free again after this, doubled with every claim that led to nothing. */
const LEASE_MS = 6_000;
const LEASE_MAX_MS = 300_000;

/** The condition of a column with itself says for the tenant guard that all apps are meant. */
export function dueBroadcasts(limit: number): RawBuilder<BroadcastRow> {
  return sql<BroadcastRow>`
    SELECT * FROM broadcasts FORCE INDEX (broadcasts_by_due) WHERE app_id = app_id AND due_ms <= ${STATEMENT_NOW}
    ORDER BY due_ms LIMIT ${sql.lit(limit)} FOR UPDATE SKIP LOCKED`;
}

export async function claimBroadcasts(
  trx: Transaction<Schema>,
  owner: string,
  limit: number,
): Promise<BroadcastJob[]> {
  const { rows } = await dueBroadcasts(limit).execute(trx);
  for (const { app_id, broadcast_id } of rows) {
    await trx
      .updateTable('broadcasts')
      .set({
        owner,
        started_ms: sql<number>`COALESCE(started_ms, ${DATABASE_NOW})`,
        due_ms: sql<number>`${DATABASE_NOW} + LEAST(${LEASE_MAX_MS}, ${LEASE_MS} * POW(2, LEAST(attempts, 10)))`,
        // After due_ms: assignments work from left to right, on what the ones before them wrote.
        attempts: sql<number>`attempts + 1`,
      })
      .where('app_id', '=', app_id)
      .where('broadcast_id', '=', broadcast_id)
      .execute();
  }
  return rows.map((row) => ({
    ...toBroadcast(row),
    appId: row.app_id,
    doneTo: row.done_to,
    attempts: row.attempts + 1,
  }));
}

/** Users by id, each with one look-up of the chat. Who came too late is read, too: skipping them has to end somewhere. */
export const RECIPIENTS_SQL =
  'SELECT STRAIGHT_JOIN u.user_id, u.created_ms, c.conversation_id FROM ' +
  '(SELECT u.user_id, u.created_ms FROM users u FORCE INDEX (PRIMARY) WHERE u.app_id = ? AND u.user_id > ? ' +
  'ORDER BY u.user_id LIMIT ?) u ' +
  'LEFT JOIN conversations c FORCE INDEX (PRIMARY) ON c.app_id = ? AND c.conversation_id = ' +
  "IF(u.user_id < ?, CONCAT('d:', u.user_id, ':', ?), CONCAT('d:', ?, ':', u.user_id))";

interface Found {
  user_id: UserId;
  created_ms: number;
  conversation_id: string | null;
}

export async function readRecipients(
  context: StoreContext,
  { appId, accountId, doneTo, createdMs }: BroadcastJob,
): Promise<RecipientPage> {
  const limit = BROADCAST_MAX_STEP_USERS;
  const account = [accountId, accountId, accountId];
  const values = [appId, doneTo, limit, appId, ...account];
  const rows = await select<Found>(context, 'broadcast recipients', RECIPIENTS_SQL, values);
  rows.sort((a, b) => (a.user_id < b.user_id ? -1 : 1));
  const sentTo = rows.filter((row) => row.created_ms <= createdMs && row.user_id !== accountId);
  return {
    recipients: sentTo.map((row) => ({
      userId: row.user_id,
      hasChat: row.conversation_id !== null,
    })),
    through: rows.at(-1)?.user_id ?? doneTo,
    isLast: rows.length < limit,
  };
}

/** Of two nodes that both took the broadcast for theirs, the second finds what the first did, and counts nothing. */
export async function advanceBroadcast(
  trx: Transaction<Schema>,
  job: BroadcastJob,
  step: BroadcastStep,
): Promise<{ more: boolean }> {
  const row = await lockRow(trx, job);
  const isRunning = row?.state === BROADCAST_STATES.running;
  // Also after a commit in doubt that was one.
  if (row === undefined || row.done_to !== job.doneTo) return { more: isRunning };
  await trx
    .updateTable('broadcasts')
    .set({
      done_to: step.doneTo,
      done: row.done + step.done,
      failed: row.failed + step.failed,
      attempts: 0,
      ...(isRunning ? (step.isLast ? ended(row, step) : { due_ms: DATABASE_NOW }) : {}),
    })
    .where('app_id', '=', job.appId)
    .where('broadcast_id', '=', job.broadcastId)
    .execute();
  return { more: isRunning && !step.isLast };
}

function ended(row: Pick<BroadcastRow, 'done' | 'failed'>, { done, failed }: BroadcastStep) {
  const total = row.done + row.failed + done + failed;
  return { state: BROADCAST_STATES.done, total, ended_ms: DATABASE_NOW, due_ms: null };
}

export function lockRow(
  trx: Transaction<Schema>,
  { appId, broadcastId }: { readonly appId: AppId; readonly broadcastId: string },
) {
  return trx
    .selectFrom('broadcasts')
    .select(['state', 'done_to', 'done', 'failed'])
    .where('app_id', '=', appId)
    .where('broadcast_id', '=', broadcastId)
    .forUpdate()
    .executeTakeFirst();
}
