import type { AppId, UserId } from '@queqiao/domain';
import { sql, type RawBuilder } from 'kysely';
import { claimInTurn, type AppTurn } from '../app-turns.js';
import {
  ERASURE_LEASE_MS,
  ERASURE_VERSION,
  SWEEP_AFTER_MS,
  type ErasureJob,
  type ErasurePhase,
} from '../erasure-types.js';
import { DATABASE_NOW, retrying, STATEMENT_NOW, type StoreContext } from '../store-context.js';

/** A job that fails again and again waits longer each time, up to this. */
const BACKOFF_MAX_MS = 600_000;

interface Row {
  readonly app_id: AppId;
  readonly user_id: UserId;
  readonly keep_messages: number;
  readonly phase: ErasurePhase;
  readonly done_to: string;
}

export function claimErasure(
  context: StoreContext,
  owner: string,
  turn: AppTurn,
): Promise<ErasureJob | null> {
  return claimInTurn(context, 'erasures', turn, (appId) => claimOf(context, owner, appId));
}

/** A commit in doubt only leaves the row claimed; it falls due again. */
function claimOf(context: StoreContext, owner: string, appId: AppId): Promise<ErasureJob | null> {
  return retrying(context, () =>
    context.kysely.transaction().execute(async (trx) => {
      const [row] = (await firstDue(appId).execute(trx)).rows;
      if (row === undefined) return null;
      await trx
        .updateTable('erasures')
        .set({
          owner,
          due_ms: sql<number>`${DATABASE_NOW} + LEAST(${BACKOFF_MAX_MS}, ${ERASURE_LEASE_MS} * POW(2, LEAST(attempts, 10)))`,
          // After due_ms: assignments work from left to right.
          attempts: sql<number>`attempts + 1`,
        })
        .where('app_id', '=', row.app_id)
        .where('user_id', '=', row.user_id)
        .execute();
      const { user_id: userId, phase, done_to: doneTo } = row;
      return { appId, userId, keepMessages: row.keep_messages === 1, phase, doneTo };
    }),
  );
}

export function firstDue(appId: AppId): RawBuilder<Row> {
  return sql<Row>`
    SELECT app_id, user_id, keep_messages, phase, done_to FROM erasures FORCE INDEX (erasures_by_turn)
    WHERE app_id = ${appId} AND due_ms <= ${STATEMENT_NOW} ORDER BY due_ms LIMIT 1
    FOR UPDATE SKIP LOCKED`;
}

export function saveErasure(
  context: StoreContext,
  { appId, userId, phase, doneTo }: ErasureJob,
  owner: string,
  { isTurnOver }: { readonly isTurnOver: boolean },
): Promise<boolean> {
  const leaseMs = isTurnOver ? 0 : ERASURE_LEASE_MS;
  const waitMs = phase === 'sweep' && doneTo === '' ? SWEEP_AFTER_MS : leaseMs;
  const dueMs = phase === 'done' ? null : sql<number>`${DATABASE_NOW} + ${waitMs}`;
  return retrying(context, async () => {
    const { numUpdatedRows } = await context.kysely
      .updateTable('erasures')
      .set({
        phase,
        done_to: doneTo,
        due_ms: dueMs,
        attempts: 0,
        steps: sql<number>`steps + 1`,
        ...(phase === 'done' ? { version: versionOf(appId) } : {}),
      })
      .where('erasures.app_id', '=', appId)
      .where('user_id', '=', userId)
      .where('owner', '=', owner)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  });
}

/** While the groups of the app are looked through, what was imported may not have been found. */
function versionOf(appId: AppId): RawBuilder<number> {
  return sql`IF(EXISTS (SELECT 1 FROM imported_sender_searches x WHERE x.app_id = ${appId}), version, ${ERASURE_VERSION})`;
}

export async function erasureBacklog(
  context: StoreContext,
): Promise<{ rows: number; oldestDueMs: number }> {
  const { rows } = await sql<{ found: number; late: number }>`
    SELECT COUNT(*) AS found, COALESCE(GREATEST(${DATABASE_NOW} - MIN(due_ms), 0), 0) AS late
    FROM erasures FORCE INDEX (erasures_by_due) WHERE app_id = app_id AND due_ms IS NOT NULL`.execute(
    context.kysely,
  );
  return { rows: rows[0]?.found ?? 0, oldestDueMs: rows[0]?.late ?? 0 };
}
