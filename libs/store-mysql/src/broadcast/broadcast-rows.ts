import { parseSenderKey, type AppId } from '@queqiao/domain';
import { sql, type Kysely, type Selectable } from 'kysely';
import type { BroadcastPlace, BroadcastRecord } from '../broadcast-types.js';
import type { BroadcastsTable } from '../schema/broadcasts.js';
import type { Schema } from '../schema/schema.js';
import type { StoreContext } from '../store-context.js';

export const BROADCAST_STATES = { running: 0, done: 1, cancelled: 2 } as const;

export type BroadcastRow = Selectable<BroadcastsTable>;
type ListedRow = Omit<BroadcastRow, 'content'>;

export function toBroadcast(row: ListedRow & Partial<Pick<BroadcastRow, 'content'>>) {
  return {
    broadcastId: row.broadcast_id,
    sender: parseSenderKey(row.sender),
    accountId: row.account_id,
    kind: row.kind,
    content: row.content ?? new Uint8Array(),
    countable: row.countable === 1,
    state: stateOf(row),
    // More than were counted may have come since the count.
    total: Math.max(row.total, row.done + row.failed),
    done: row.done,
    failed: row.failed,
    createdMs: row.created_ms,
    startedMs: row.started_ms ?? 0,
    endedMs: row.ended_ms ?? 0,
  } satisfies BroadcastRecord;
}

function stateOf({ state, started_ms }: ListedRow): BroadcastRecord['state'] {
  if (state === BROADCAST_STATES.done) return 'done';
  if (state === BROADCAST_STATES.cancelled) return 'cancelled';
  return started_ms === null ? 'waiting' : 'running';
}

export function readBroadcast(
  kysely: Kysely<Schema>,
  appId: AppId,
  broadcastId: string,
): Promise<BroadcastRow | undefined> {
  return kysely
    .selectFrom('broadcasts')
    .selectAll()
    .where('app_id', '=', appId)
    .where('broadcast_id', '=', broadcastId)
    .executeTakeFirst();
}

const LISTED =
  'app_id, broadcast_id, sender, account_id, kind, countable, state, total, done, failed, done_to, created_ms, started_ms, ' +
  'ended_ms, owner, due_ms, attempts';

/** The newest, or those before a place; two statements, as a condition that is always true would not be read by the index. */
export async function listBroadcasts(
  { kysely }: StoreContext,
  appId: AppId,
  { before, limit }: { readonly before: BroadcastPlace | null; readonly limit: number },
): Promise<ListedRow[]> {
  const behind =
    before === null
      ? sql``
      : sql`AND (created_ms < ${before.createdMs}
          OR (created_ms = ${before.createdMs} AND broadcast_id < ${before.broadcastId}))`;
  const { rows } = await sql<ListedRow>`
    SELECT ${sql.raw(LISTED)} FROM broadcasts FORCE INDEX (broadcasts_by_time)
    WHERE app_id = ${appId} ${behind}
    ORDER BY created_ms DESC, broadcast_id DESC LIMIT ${sql.lit(limit)}`.execute(kysely);
  return rows;
}
