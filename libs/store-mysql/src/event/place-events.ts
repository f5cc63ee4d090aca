import type { AppId } from '@queqiao/domain';
import { sql, type Selectable, type Transaction } from 'kysely';
import { EVENTS_MAX_PLACED, type EventsPlaced } from '../event-types.js';
import type { EventOutboxTable } from '../schema/events.js';
import type { Schema } from '../schema/schema.js';
import { DATABASE_NOW } from '../store-context.js';

type Row = Selectable<EventOutboxTable>;

/**
 * Only what is committed is seen, and a log's second commit waits for its first: so of one log whatever is seen has everything
 * before it with it, or before it. The order by key keeps that where the number of rows is cut.
 */
export async function placeEvents(
  trx: Transaction<Schema>,
  appId: AppId,
): Promise<EventsPlaced | null> {
  const last = await holdHead(trx, appId);
  if (last === null) return null;
  const rows = await trx
    .selectFrom('event_outbox')
    .selectAll()
    .where('app_id', '=', appId)
    .orderBy('conversation_id')
    .orderBy('first_seq')
    .limit(EVENTS_MAX_PLACED)
    .execute();
  if (rows.length === 0) return { placed: 0, more: false };
  await trx
    .insertInto('app_events')
    .values(
      byTime(rows).map((row, index) => ({
        app_id: appId,
        position: last + index + 1,
        conversation_id: row.conversation_id,
        first_seq: row.first_seq,
        last_seq: row.last_seq,
        placed_ms: DATABASE_NOW,
      })),
    )
    .execute();
  await trx
    .updateTable('app_event_heads')
    .set({ last_position: last + rows.length })
    .where('app_id', '=', appId)
    .execute();
  await takeOut(trx, appId, rows);
  return { placed: rows.length, more: rows.length === EVENTS_MAX_PLACED };
}

/** Null: another node holds it. */
async function holdHead(trx: Transaction<Schema>, appId: AppId): Promise<number | null> {
  const held = () =>
    trx
      .selectFrom('app_event_heads')
      .select('last_position')
      .where('app_id', '=', appId)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst();
  const row = await held();
  if (row !== undefined) return row.last_position;
  // The first time; where somebody holds the row, or makes it now, nothing is inserted.
  const there = await trx
    .selectFrom('app_event_heads')
    .select('last_position')
    .where('app_id', '=', appId)
    .executeTakeFirst();
  if (there !== undefined) return null;
  await trx
    .insertInto('app_event_heads')
    .ignore()
    .values({ app_id: appId, last_position: 0 })
    .execute();
  return (await held())?.last_position ?? null;
}

/** Row by row: a condition on the app would also wait for rows that others are inserting. */
export const TAKE_OUT_SQL = [
  'DELETE o FROM (SELECT conversation_id, first_seq FROM JSON_TABLE(',
  ", '$[*]' COLUMNS (conversation_id VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin PATH '$[0]', " +
    "first_seq BIGINT PATH '$[1]')) k) k STRAIGHT_JOIN event_outbox o FORCE INDEX (PRIMARY) " +
    'ON o.conversation_id = k.conversation_id AND o.first_seq = k.first_seq AND o.app_id = ',
] as const;

/** As things happened, as far as clocks know; those of one log stay in their order whatever a clock says. */
export function byTime<R extends Pick<Row, 'conversation_id' | 'first_seq' | 'created_ms'>>(
  rows: readonly R[],
): R[] {
  const newest = new Map<string, number>();
  const timed = rows.map((row) => {
    const ms = Math.max(newest.get(row.conversation_id) ?? 0, row.created_ms);
    newest.set(row.conversation_id, ms);
    return { row, ms };
  });
  // Stable: rows of one log and one time stay as they came, which is by seq.
  return timed.sort((a, b) => a.ms - b.ms).map(({ row }) => row);
}

async function takeOut(
  trx: Transaction<Schema>,
  appId: AppId,
  rows: readonly Row[],
): Promise<void> {
  const keys = JSON.stringify(rows.map((row) => [row.conversation_id, row.first_seq]));
  await sql`${sql.raw(TAKE_OUT_SQL[0])}${keys}${sql.raw(TAKE_OUT_SQL[1])}${appId}`.execute(trx);
}
