import type { AppId } from '@queqiao/domain';
import { sql, type Transaction } from 'kysely';
import type { PurgeStore } from '../admin-types.js';
import { TENANT_TABLES } from '../connection/tenant-guard.js';
import type { Schema } from '../schema/schema.js';
import { DATABASE_NOW, retrying, type StoreContext } from '../store-context.js';

/** From the deletion of an app to the first step: nodes that still took it for suspended are done by then. */
export const PURGE_AFTER_MS = 600_000;

/** Its row says that the app has been; answers of requests go by their age, that of its deletion among them. */
const KEPT: ReadonlySet<string> = new Set(['apps', 'requests']);
const PURGED_TABLES = TENANT_TABLES.filter((table) => !KEPT.has(table));

export class MysqlPurgeStore implements PurgeStore {
  constructor(private readonly context: StoreContext) {}

  step(limit: number, after: string): Promise<AppId | null> {
    return retrying(this.context, () =>
      this.context.kysely.transaction().execute(async (trx) => {
        const appId =
          (await claim(trx, after)) ?? (after === '' ? undefined : await claim(trx, ''));
        if (appId === undefined) return null;
        for (const table of PURGED_TABLES) {
          const result = await sql`
            DELETE FROM ${sql.table(table)} WHERE app_id = ${appId} LIMIT ${sql.lit(limit)}`.execute(
            trx,
          );
          if ((result.numAffectedRows ?? 0n) > 0n) return appId;
        }
        await trx
          .updateTable('apps')
          .set({ purged_ms: DATABASE_NOW })
          .where('app_id', '=', appId)
          .execute();
        return appId;
      }),
    );
  }
}

/** Locked until the end of the step; one that another node has in its hands is passed by. */
async function claim(trx: Transaction<Schema>, after: string): Promise<AppId | undefined> {
  const { rows } = await sql<{ app_id: AppId }>`
    SELECT app_id FROM apps FORCE INDEX (PRIMARY) WHERE app_id = app_id AND app_id > ${after} AND status = 'deleted'
    AND purged_ms IS NULL AND deleted_ms <= ${DATABASE_NOW} - ${PURGE_AFTER_MS}
    ORDER BY app_id LIMIT 1 FOR UPDATE SKIP LOCKED`.execute(trx);
  return rows[0]?.app_id;
}
