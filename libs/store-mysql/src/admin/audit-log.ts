import type { AppId } from '@queqiao/domain';
import { sql, type Kysely } from 'kysely';
import type { AuditEntry } from '../admin-types.js';
import type { Schema } from '../schema/schema.js';
import { DATABASE_NOW, retrying, type StoreContext } from '../store-context.js';

/** Entries are kept for 400 days: a year can be looked at as a whole. */
export const AUDIT_KEPT_MS = 34_560_000_000;
/** A longer target is cut. */
export const AUDIT_TARGET_MAX = 1_000;

/** The time is the database's unless it is given. */
export async function writeAudit(
  trx: Kysely<Schema>,
  entry: Omit<AuditEntry, 'auditNumber' | 'createdMs'> & { readonly createdMs?: number },
): Promise<void> {
  const { actor, method, requestId, appId, target, outcome, createdMs } = entry;
  await trx
    .insertInto('audit_log')
    .values({
      created_ms: createdMs ?? DATABASE_NOW,
      actor_kind: actor.kind,
      actor_id: actor.id,
      method,
      app_id: appId as AppId,
      target: target.slice(0, AUDIT_TARGET_MAX),
      request_id: requestId,
      outcome,
    })
    .execute();
}

export async function readAudit(
  context: StoreContext,
  page: { readonly appId: AppId | null; readonly beforeId: number | null; readonly limit: number },
): Promise<AuditEntry[]> {
  let query = context.kysely.selectFrom('audit_log').selectAll();
  if (page.appId !== null) query = query.where('app_id', '=', page.appId);
  if (page.beforeId !== null) query = query.where('audit_number', '<', page.beforeId);
  const rows = await query.orderBy('audit_number', 'desc').limit(page.limit).execute();
  return rows.map((row) => ({
    auditNumber: row.audit_number,
    createdMs: row.created_ms,
    actor: { kind: row.actor_kind, id: row.actor_id },
    method: row.method,
    requestId: row.request_id,
    appId: row.app_id,
    target: row.target,
    outcome: row.outcome,
  }));
}

export function pruneAudit(context: StoreContext, limit: number): Promise<number> {
  return retrying(context, async () => {
    const result = await sql`
      DELETE FROM audit_log WHERE created_ms < ${DATABASE_NOW} - ${AUDIT_KEPT_MS}
      ORDER BY created_ms LIMIT ${sql.lit(limit)}`.execute(context.kysely);
    return Number(result.numAffectedRows ?? 0);
  });
}
