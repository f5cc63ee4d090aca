import type { AppId } from '@queqiao/domain';
import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { AppTurn } from '../erasure-types.js';
import type { Schema } from '../schema/schema.js';
import { STATEMENT_NOW } from '../store-context.js';

/** Whether anything is due at all, which is nearly always no. Of all apps, as the condition says for the tenant guard. */
export function anyDue(): RawBuilder<{ due_ms: number }> {
  return sql`SELECT due_ms FROM erasures FORCE INDEX (erasures_by_due)
    WHERE app_id = app_id AND due_ms <= ${STATEMENT_NOW} ORDER BY due_ms LIMIT 1`;
}

/**
 * One look-up for each app on the way, however much waits of it or is done: with nothing but the key and its first time asked for, the
 * optimizer skips from app to app.
 */
export function nextDueApp({ after, without }: AppTurn): RawBuilder<{ app_id: AppId }> {
  const others = without.length === 0 ? sql`` : sql`AND app_id NOT IN (${sql.join(without)})`;
  return sql`SELECT app_id FROM erasures FORCE INDEX (erasures_by_turn) WHERE app_id = app_id AND app_id > ${after}
    ${others} GROUP BY app_id HAVING MIN(due_ms) <= ${STATEMENT_NOW} ORDER BY app_id LIMIT 1`;
}

/** Whose turn it is of the apps of which something is due: the first one behind the last that had one, and then from the beginning. */
export async function appInTurn(kysely: Kysely<Schema>, turn: AppTurn): Promise<AppId | undefined> {
  for (const after of turn.after === '' ? [''] : [turn.after, '']) {
    const { rows } = await nextDueApp({ ...turn, after }).execute(kysely);
    const [next] = rows;
    if (next !== undefined) return next.app_id;
  }
  return undefined;
}
