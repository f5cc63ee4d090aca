import type { AppId } from '@queqiao/domain';
import { sql, type RawBuilder, type Transaction } from 'kysely';
import { claimInTurn } from '../app-turns.js';
import { CLAIM_BACKOFF_BASE_MS, CLAIM_BACKOFF_MAX_MS } from '../dispatch-store.js';
import type { Schema } from '../schema/schema.js';
import { DATABASE_NOW, retrying, STATEMENT_NOW, type StoreContext } from '../store-context.js';
import type { MomentClaim, MomentJob, MomentJobStore, TimelineJob } from '../timeline-types.js';
import { toJob, type JobRow } from './job-rows.js';
import { advanceJob } from './job-steps.js';

/** Jobs of one claim. */
export const JOBS_MAX_CLAIM = 100;

export class MysqlMomentJobStore implements MomentJobStore {
  constructor(private readonly context: StoreContext) {}

  async claimDue({ owner, limit, turn }: MomentClaim): Promise<MomentJob[]> {
    const { kysely } = this.context;
    const most = Math.min(Math.max(1, limit), JOBS_MAX_CLAIM);
    // A commit in doubt only leaves rows claimed; they fall due again.
    const claimOf = (appId: AppId) =>
      retrying(this.context, () =>
        kysely.transaction().execute((trx) => claim(trx, owner, appId, most)),
      );
    return (await claimInTurn(this.context, 'moment_jobs', turn, claimOf)) ?? [];
  }

  advance(job: TimelineJob): Promise<boolean> {
    return retrying(this.context, () =>
      this.context.kysely.transaction().execute((trx) => advanceJob(trx, job)),
    );
  }

  async backlog(): Promise<{ rows: number; oldestDueMs: number }> {
    const row = await this.context.kysely
      .selectFrom('moment_jobs')
      .select((eb) => [
        eb.fn.countAll<number>().as('found'),
        sql<number>`COALESCE(GREATEST(${DATABASE_NOW} - MIN(due_ms), 0), 0)`.as('late'),
      ])
      .executeTakeFirstOrThrow();
    return { rows: row.found, oldestDueMs: row.late };
  }
}

async function claim(
  trx: Transaction<Schema>,
  owner: string,
  appId: AppId,
  limit: number,
): Promise<MomentJob[] | null> {
  const { rows } = await dueOf(appId, limit).execute(trx);
  if (rows.length === 0) return null;
  const ids = rows.map((row) => row.job_id);
  await trx
    .updateTable('moment_jobs')
    .set({
      owner,
      due_ms: sql<number>`${DATABASE_NOW} + LEAST(${CLAIM_BACKOFF_MAX_MS}, ${CLAIM_BACKOFF_BASE_MS} * POW(2, LEAST(attempts, 10)))`,
      // After due_ms: assignments work from left to right, on what the ones before them wrote.
      attempts: sql<number>`attempts + 1`,
    })
    .where('job_id', 'in', ids)
    .execute();
  return rows.map(toJob);
}

export function dueOf(appId: AppId, limit: number): RawBuilder<JobRow> {
  return sql<JobRow>`
    SELECT job_id, app_id, kind, author_id, post_id, done_to, viewer_id, actor_id, comment_id, notice, attempts
    FROM moment_jobs FORCE INDEX (moment_jobs_by_turn) WHERE app_id = ${appId} AND due_ms <= ${STATEMENT_NOW}
    ORDER BY due_ms LIMIT ${sql.lit(limit)} FOR UPDATE SKIP LOCKED`;
}
