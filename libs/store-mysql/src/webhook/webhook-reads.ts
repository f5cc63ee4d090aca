import type { AppId, ConversationId } from '@queqiao/domain';
import { sql } from 'kysely';
import { ENTRY_COLUMNS, toEntry, type EntryRow } from '../conversation/rows.js';
import type { EntryRecord } from '../conversation-types.js';
import { select, type StoreContext } from '../store-context.js';
import { WEBHOOKS_MAX_PER_APP, type WebhookInfo, type WebhookStatus } from '../webhook-types.js';
import { INFO_COLUMNS, toInfo } from './webhook-rows.js';

/** The kinds as JSON: any number of them is one statement. */
export const FIRST_ENTRY_SQL =
  `SELECT ${ENTRY_COLUMNS} FROM entries e FORCE INDEX (PRIMARY) ` +
  'WHERE e.app_id = ? AND e.conversation_id = ? AND e.seq BETWEEN ? AND ? ' +
  'AND (? = 0 OR JSON_CONTAINS(?, JSON_QUOTE(e.kind))) ORDER BY e.seq LIMIT 1';

export async function listWebhooks({ kysely }: StoreContext, appId: AppId): Promise<WebhookInfo[]> {
  const rows = await kysely
    .selectFrom('webhooks')
    .select(INFO_COLUMNS)
    .where('app_id', '=', appId)
    .orderBy('created_ms')
    .orderBy('webhook_id')
    .limit(WEBHOOKS_MAX_PER_APP)
    .execute();
  return rows.map(toInfo);
}

export async function getWebhook(
  context: StoreContext,
  appId: AppId,
  webhookId: string,
): Promise<{ webhook: WebhookInfo; status: WebhookStatus } | null> {
  const row = await context.kysely
    .selectFrom('webhooks')
    .selectAll()
    .where('app_id', '=', appId)
    .where('webhook_id', '=', webhookId)
    .executeTakeFirst();
  if (row === undefined) return null;
  const [pending, counts] = await Promise.all([
    readPending(context, appId, row.position),
    readCounts(context, appId, webhookId),
  ]);
  const status = {
    ...pending,
    ...counts,
    lastSuccessMs: row.last_success_ms,
    lastFailureMs: row.last_failure_ms,
    lastError: row.last_error,
    missedMs: row.missed_ms,
  };
  return { webhook: toInfo(row), status };
}

async function readPending({ kysely }: StoreContext, appId: AppId, position: number) {
  const head = await kysely
    .selectFrom('app_event_heads')
    .select('last_position')
    .where('app_id', '=', appId)
    .executeTakeFirst();
  const next = await kysely
    .selectFrom('app_events')
    .select('placed_ms')
    .where('app_id', '=', appId)
    .where('position', '>', position)
    .orderBy('position')
    .limit(1)
    .executeTakeFirst();
  return {
    pendingCommits: Math.max(0, (head?.last_position ?? 0) - position),
    oldestPendingMs: next?.placed_ms ?? 0,
  };
}

async function readCounts({ kysely }: StoreContext, appId: AppId, webhookId: string) {
  const { rows } = await sql<{ waiting: number; dead: number }>`
    SELECT
      (SELECT COUNT(DISTINCT w.conversation_id) FROM webhook_waits w
       WHERE w.app_id = ${appId} AND w.webhook_id = ${webhookId}) AS waiting,
      (SELECT COUNT(*) FROM webhook_dead_letters d
       WHERE d.app_id = ${appId} AND d.webhook_id = ${webhookId}) AS dead`.execute(kysely);
  return { waitingConversations: rows[0]?.waiting ?? 0, deadLetters: rows[0]?.dead ?? 0 };
}

export async function firstEntry(
  context: StoreContext,
  appId: AppId,
  conversationId: ConversationId,
  range: { readonly fromSeq: number; readonly toSeq: number; readonly kinds: readonly string[] },
): Promise<EntryRecord | null> {
  const { fromSeq, toSeq, kinds } = range;
  const wanted = [kinds.length, JSON.stringify(kinds)];
  const values = [appId, conversationId, fromSeq, toSeq, ...wanted];
  const [row] = await select<EntryRow>(context, 'waiting event', FIRST_ENTRY_SQL, values);
  return row === undefined ? null : toEntry(row);
}
