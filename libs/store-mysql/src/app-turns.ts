import type { AppId } from '@queqiao/domain';
import { sql, type RawBuilder } from 'kysely';
import { STATEMENT_NOW, type StoreContext } from './store-context.js';

/** Whose turn it is: apps have one after the other, by their ids. */
export interface AppTurn {
  /** The one that had its turn last; empty: none. */
  readonly after: string;
  /** Those that have none now. */
  readonly without: readonly AppId[];
}

/** Of jobs: with indexes of the times when they are due, of all apps (`_by_due`) and of each (`_by_turn`). */
export type TurnTable = 'erasures' | 'moment_jobs';

/** Whether anything is due at all, which is nearly always no. Of all apps, as the condition says for the tenant guard. */
export function anyDue(table: TurnTable): RawBuilder<{ due_ms: number }> {
  return sql`SELECT due_ms FROM ${sql.table(table)} FORCE INDEX (${sql.ref(`${table}_by_due`)})
    WHERE app_id = app_id AND due_ms <= ${STATEMENT_NOW} ORDER BY due_ms LIMIT 1`;
}

/**
 * One look-up for each app on the way, however much waits of it or is done: with nothing but the key and its first time asked for, the
 * optimizer skips from app to app.
 */
export function nextDueApp(
  table: TurnTable,
  { after, without }: AppTurn,
): RawBuilder<{ app_id: AppId }> {
  const others = without.length === 0 ? sql`` : sql`AND app_id NOT IN (${sql.join([...without])})`;
  return sql`SELECT app_id FROM ${sql.table(table)} FORCE INDEX (${sql.ref(`${table}_by_turn`)})
    WHERE app_id = app_id AND app_id > ${after} ${others}
    GROUP BY app_id HAVING MIN(due_ms) <= ${STATEMENT_NOW} ORDER BY app_id LIMIT 1`;
}

/**
 * Claims of the app whose turn it is. Somebody else may take the last job of an app between the look and the claim, which resolves with
 * null then: it is the next one's turn. Null: nothing is due.
 */
export async function claimInTurn<T>(
  { kysely }: StoreContext,
  table: TurnTable,
  { after, without }: AppTurn,
  claim: (appId: AppId) => Promise<T | null>,
): Promise<T | null> {
  const { rows } = await anyDue(table).execute(kysely);
  if (rows.length === 0) return null;
  const passed = [...without];
  for (;;) {
    const appId = await appInTurn();
    if (appId === undefined) return null;
    const claimed = await claim(appId);
    if (claimed !== null) return claimed;
    passed.push(appId);
  }

  /** The first one behind the last that had its turn, and then from the beginning. */
  async function appInTurn(): Promise<AppId | undefined> {
    for (const place of after === '' ? [''] : [after, '']) {
      const next = await nextDueApp(table, { after: place, without: passed }).execute(kysely);
      const [row] = next.rows;
      if (row !== undefined) return row.app_id;
    }
    return undefined;
  }
}
