import { sql, type RawBuilder, type Transaction } from 'kysely';
import type { DispatchPayload, DispatchRow, DispatchStore } from './append-types.js';
import type { Schema } from './schema/schema.js';
import { DATABASE_NOW, retrying, STATEMENT_NOW, type StoreContext } from './store-context.js';

/** A claimed row falls due again after this, doubled with every claim. */
export const CLAIM_BACKOFF_BASE_MS = 3_000;
export const CLAIM_BACKOFF_MAX_MS = 300_000;
/** Rows of one claim, and ids of one DELETE. */
export const DISPATCH_MAX_ROWS = 1_000;

export class MysqlDispatchStore implements DispatchStore {
  constructor(private readonly context: StoreContext) {}

  async settle(dispatchIds: readonly string[]): Promise<void> {
    const sorted = [...dispatchIds].sort();
    for (let start = 0; start < sorted.length; start += DISPATCH_MAX_ROWS) {
      const ids = sorted.slice(start, start + DISPATCH_MAX_ROWS);
      await retrying(this.context, () =>
        this.context.kysely.deleteFrom('dispatch').where('dispatch_id', 'in', ids).execute(),
      );
    }
  }

  claimDue({ owner, limit }: { owner: string; limit: number }): Promise<DispatchRow[]> {
    const rows = Math.min(Math.max(1, limit), DISPATCH_MAX_ROWS);
    // A commit in doubt only leaves rows claimed; they fall due again.
    return retrying(this.context, () =>
      this.context.kysely.transaction().execute((trx) => claim(trx, owner, rows)),
    );
  }

  async insertResync(target: { owner: string; nodeId: string; bootId: string }): Promise<string> {
    const { owner, nodeId, bootId } = target;
    const dispatchId = this.context.dispatchIds.next();
    const payload: DispatchPayload = { ranges: [], states: [], resync: { nodeId, bootId } };
    await retrying(this.context, () =>
      this.context.kysely
        .insertInto('dispatch')
        .ignore()
        .values(dispatchValues(dispatchId, owner, 0, payload))
        .execute(),
    );
    return dispatchId;
  }

  async backlog(): Promise<{ rows: number; oldestDueMs: number }> {
    const row = await this.context.kysely
      .selectFrom('dispatch')
      .select((eb) => [
        eb.fn.countAll<number>().as('found'),
        sql<number>`COALESCE(GREATEST(${DATABASE_NOW} - MIN(due_ms), 0), 0)`.as('late'),
      ])
      .executeTakeFirstOrThrow();
    return { rows: row.found, oldestDueMs: row.late };
  }
}

/** Values of a row that falls due `delayMs` after now, by the database's clock. */
export function dispatchValues(
  dispatchId: string,
  owner: string,
  delayMs: number,
  payload: DispatchPayload,
) {
  return {
    dispatch_id: dispatchId,
    owner,
    due_ms: sql<number>`${DATABASE_NOW} + ${delayMs}`,
    payload: JSON.stringify(payload),
  };
}

async function claim(
  trx: Transaction<Schema>,
  owner: string,
  limit: number,
): Promise<DispatchRow[]> {
  const { rows } = await dueDispatch(limit).execute(trx);
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.dispatch_id);
  await trx
    .updateTable('dispatch')
    .set({
      owner,
      due_ms: sql<number>`${DATABASE_NOW} + LEAST(${CLAIM_BACKOFF_MAX_MS}, ${CLAIM_BACKOFF_BASE_MS} * POW(2, LEAST(attempts, 10)))`,
      // After due_ms: assignments work from left to right, on what the ones before them wrote.
      attempts: sql<number>`attempts + 1`,
    })
    .where('dispatch_id', 'in', ids)
    .execute();
  return rows.map((row) => ({
    dispatchId: row.dispatch_id,
    owner: row.owner,
    attempts: row.attempts + 1,
    payload: JSON.parse(row.payload) as DispatchPayload,
  }));
}

interface DueRow {
  readonly dispatch_id: string;
  readonly owner: string;
  readonly attempts: number;
  readonly payload: string;
}

/** The query builder cannot name an index to use. */
export function dueDispatch(limit: number): RawBuilder<DueRow> {
  return sql<DueRow>`
    SELECT dispatch_id, owner, attempts, payload FROM dispatch FORCE INDEX (dispatch_by_due)
    WHERE due_ms <= ${STATEMENT_NOW} ORDER BY due_ms LIMIT ${sql.lit(limit)} FOR UPDATE SKIP LOCKED`;
}
