import type { AppId } from '@queqiao/domain';
import { sql } from 'kysely';
import { DATABASE_NOW, retrying, type StoreContext } from '../store-context.js';

/** Rows with a time, of which an index begins with (app_id, time). */
export type AgedRows = { readonly keptMs: number } & (
  | {
      readonly table: 'requests' | 'spent_message_ids' | 'moment_notices';
      readonly column: 'created_ms';
    }
  | { readonly table: 'broadcasts'; readonly column: 'ended_ms' }
  | { readonly table: 'large_leaves'; readonly column: 'left_ms' }
  | { readonly table: 'revoked_tokens'; readonly column: 'kept_until_ms' }
  | { readonly table: 'bans'; readonly column: 'until_ms' }
  | { readonly table: 'webhook_dead_letters'; readonly column: 'died_ms' }
);

/**
 * Removes rows that are kept no longer, at most `limit` of each app, app by app because every statement on a tenant's table
 * names its app; returns how many.
 */
export async function pruneByAge(
  context: StoreContext,
  { table, column, keptMs }: AgedRows,
  limit: number,
): Promise<number> {
  // The condition says for the tenant guard that all apps are meant.
  const all = sql<{ app_id: AppId }>`SELECT app_id FROM apps WHERE app_id = app_id`;
  const apps = await all.execute(context.kysely);
  let pruned = 0;
  for (const { app_id: appId } of apps.rows) {
    pruned += await retrying(context, async () => {
      const result = await sql`DELETE FROM ${sql.table(table)} WHERE app_id = ${appId}
        AND ${sql.ref(column)} < ${DATABASE_NOW} - ${keptMs}
        ORDER BY ${sql.ref(column)} LIMIT ${sql.lit(limit)}`.execute(context.kysely);
      return Number(result.numAffectedRows ?? 0);
    });
  }
  return pruned;
}
