import type { AppId } from '@queqiao/domain';
import { sql, type RawBuilder } from 'kysely';
import { DATABASE_NOW, retrying, STATEMENT_NOW, type StoreContext } from '../store-context.js';
import type { AppUsage, UsageJob, UsagePhase, UsageStore } from '../usage-types.js';
import { countNext } from './count-next.js';
import { USAGE_COUNTS, toUsage } from './usage-rows.js';

/** A count of which nothing was heard for so long is anybody's. */
export const USAGE_LEASE_MS = 10_000;
/** One that fails again and again waits longer each time, up to this. */
const BACKOFF_MAX_MS = 600_000;

interface Row {
  readonly app_id: AppId;
  readonly phase: UsagePhase;
  readonly done_to: string;
  readonly users_so_far: number;
  readonly groups_so_far: number;
  readonly entries_so_far: number;
}

export class MysqlUsageStore implements UsageStore {
  constructor(private readonly context: StoreContext) {}

  async usage(appId: AppId): Promise<AppUsage | null> {
    const row = await this.context.kysely
      .selectFrom('app_usage')
      .select(USAGE_COUNTS)
      .where('app_id', '=', appId)
      .executeTakeFirst();
    return row === undefined ? null : toUsage(row);
  }

  /** A commit in doubt only leaves the rows claimed; they fall due again. */
  claimDue({ owner, limit }: { owner: string; limit: number }): Promise<UsageJob[]> {
    return retrying(this.context, () =>
      this.context.kysely.transaction().execute(async (trx) => {
        const { rows } = await dueCounts(limit).execute(trx);
        if (rows.length === 0) return [];
        await trx
          .updateTable('app_usage')
          .set({
            owner,
            due_ms: sql<number>`${DATABASE_NOW} + LEAST(${BACKOFF_MAX_MS}, ${USAGE_LEASE_MS} * POW(2, LEAST(attempts, 10)))`,
            // After due_ms: assignments work from left to right.
            attempts: sql<number>`attempts + 1`,
          })
          .where(
            'app_id',
            'in',
            rows.map((row) => row.app_id),
          )
          .execute();
        return rows.map(toJob);
      }),
    );
  }

  countNext(job: UsageJob): Promise<{ job: UsageJob; isLast: boolean }> {
    return countNext(this.context, job);
  }

  save({ appId, phase, doneTo, ...sums }: UsageJob, owner: string): Promise<boolean> {
    return retrying(this.context, async () => {
      const { numUpdatedRows } = await this.context.kysely
        .updateTable('app_usage')
        .set({
          phase,
          done_to: doneTo,
          users_so_far: sums.users,
          groups_so_far: sums.groups,
          entries_so_far: sums.entries,
          due_ms: sql<number>`${DATABASE_NOW} + ${USAGE_LEASE_MS}`,
          attempts: 0,
        })
        .where('app_id', '=', appId)
        .where('owner', '=', owner)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    });
  }

  async finish(
    { appId, users, groups, entries }: UsageJob,
    owner: string,
    nextInMs: number,
  ): Promise<void> {
    await retrying(this.context, () =>
      this.context.kysely
        .updateTable('app_usage')
        .set({
          user_count: users,
          group_count: groups,
          entry_count: entries,
          counted_ms: DATABASE_NOW,
          phase: 'users',
          done_to: '',
          users_so_far: 0,
          groups_so_far: 0,
          entries_so_far: 0,
          owner: '',
          due_ms: sql<number>`${DATABASE_NOW} + ${nextInMs}`,
          attempts: 0,
        })
        .where('app_id', '=', appId)
        .where('owner', '=', owner)
        .execute(),
    );
  }

  async backlog(): Promise<{ rows: number; oldestDueMs: number }> {
    const { rows } = await sql<{ found: number; late: number }>`
      SELECT COUNT(*) AS found, COALESCE(GREATEST(${DATABASE_NOW} - MIN(due_ms), 0), 0) AS late
      FROM app_usage FORCE INDEX (app_usage_by_due) WHERE app_id = app_id AND due_ms <= ${STATEMENT_NOW}`.execute(
      this.context.kysely,
    );
    return { rows: rows[0]?.found ?? 0, oldestDueMs: rows[0]?.late ?? 0 };
  }
}

/** Of all apps, as the condition says for the tenant guard. */
export function dueCounts(limit: number): RawBuilder<Row> {
  return sql<Row>`
    SELECT app_id, phase, done_to, users_so_far, groups_so_far, entries_so_far
    FROM app_usage FORCE INDEX (app_usage_by_due)
    WHERE app_id = app_id AND due_ms <= ${STATEMENT_NOW} ORDER BY due_ms LIMIT ${sql.lit(limit)}
    FOR UPDATE SKIP LOCKED`;
}

function toJob(row: Row): UsageJob {
  return {
    appId: row.app_id,
    phase: row.phase,
    doneTo: row.done_to,
    users: row.users_so_far,
    groups: row.groups_so_far,
    entries: row.entries_so_far,
  };
}
