import { sql, type Transaction } from 'kysely';
import type { Schema } from '../schema/schema.js';
import { DATABASE_NOW, retrying, type StoreContext } from '../store-context.js';
import type { AppRevocation } from './revocation-types.js';

/**
 * Those from `fromMs` on, at most `limit`. A key's time to come has to be over; that of a suspension never is to come, so if it
 * seems so, the database's clock has been set back, and nobody waits for it.
 */
export async function appRevocationsSince(
  context: StoreContext,
  { fromMs, nowMs }: { readonly fromMs: number; readonly nowMs: number },
  limit: number,
): Promise<AppRevocation[]> {
  const rows = await context.kysely
    .selectFrom('app_revocations')
    .selectAll()
    .where('revoked_ms', '>=', fromMs)
    .where(sql<boolean>`(kid = '' OR revoked_ms <= ${nowMs})`)
    .orderBy('revoked_ms')
    .limit(limit)
    .execute();
  return rows.map(({ app_id: appId, kid, revoked_ms: revokedMs }) => {
    return { appId, keyId: kid === '' ? null : kid, revokedMs };
  });
}

/** The same when done twice. */
export async function addAppRevocation(
  trx: Transaction<Schema>,
  { appId, keyId, revokedMs }: AppRevocation,
): Promise<void> {
  const row = { revoked_ms: revokedMs, app_id: appId, kid: keyId ?? '' };
  await trx.insertInto('app_revocations').ignore().values(row).execute();
}

/** Takes back that a key is to be retired at a time to come. */
export async function dropAppRevocation(
  trx: Transaction<Schema>,
  { appId, keyId, revokedMs }: AppRevocation,
): Promise<void> {
  await trx
    .deleteFrom('app_revocations')
    .where('revoked_ms', '=', revokedMs)
    .where('app_id', '=', appId)
    .where('kid', '=', keyId ?? '')
    .execute();
}

export async function pruneAppRevocations(
  context: StoreContext,
  keptMs: number,
  limit: number,
): Promise<number> {
  return retrying(context, async () => {
    const result = await sql`
      DELETE FROM app_revocations WHERE revoked_ms < ${DATABASE_NOW} - ${keptMs}
      ORDER BY revoked_ms LIMIT ${sql.lit(limit)}`.execute(context.kysely);
    return Number(result.numAffectedRows ?? 0);
  });
}
