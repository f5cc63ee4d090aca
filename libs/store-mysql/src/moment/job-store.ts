import { sql, type Transaction } from 'kysely';
import { CLAIM_BACKOFF_BASE_MS, CLAIM_BACKOFF_MAX_MS } from '../dispatch-store.js';
import type { Schema } from '../schema/schema.js';
import { DATABASE_NOW, retrying, type StoreContext } from '../store-context.js';
import type { MomentJob, MomentJobStore, TimelineJob } from '../timeline-types.js';
import { toJob, type JobRow } from './job-rows.js';
import { advanceJob } from './job-steps.js';

/** Jobs of one claim. */
export const JOBS_MAX_CLAIM = 100;

export class MysqlMomentJobStore implements MomentJobStore {
  constructor(private readonly context: StoreContext) {}

  claimDue({ owner, limit }: { owner: string; limit: number }): Promise<MomentJob[]> {
    const rows = Math.min(Math.max(1, limit), JOBS_MAX_CLAIM);
    // A commit in doubt only leaves rows claimed; they fall due again.
    return retrying(this.context, () =>
      this.context.kysely.transaction().execute((trx) => claim(trx, owner, rows)),
    );
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

async function claim(trx: Transaction<Schema>, owner: string, limit: number): Promise<MomentJob[]> {
  const { rows } = await sql<JobRow>`
    SELECT job_id, app_id, kind, author_id, post_id, done_to, viewer_id, actor_id, comment_id, notice, attempts
    FROM moment_jobs FORCE INDEX (moment_jobs_by_due)
    WHERE due_ms <= ${DATABASE_NOW} ORDER BY due_ms LIMIT ${limit} FOR UPDATE SKIP LOCKED`.execute(
    trx,
  );
  if (rows.length === 0) return [];
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
