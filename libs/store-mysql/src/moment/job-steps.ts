import { sql, type Transaction } from 'kysely';
import { CLAIM_BACKOFF_BASE_MS } from '../dispatch-store.js';
import type { Schema } from '../schema/schema.js';
import { DATABASE_NOW } from '../store-context.js';
import type { TimelineJob } from '../timeline-types.js';
import { backFill } from './back-fill.js';
import { erase } from './erase.js';
import { fanOut, writeSources } from './fan-out.js';

/** The row of the job is locked first, so that of two nodes that both hold it for theirs the second finds what the first did. */
export async function advanceJob(trx: Transaction<Schema>, job: TimelineJob): Promise<boolean> {
  const row = await trx
    .selectFrom('moment_jobs')
    .select('done_to')
    .where('job_id', '=', job.jobId)
    .forUpdate()
    .executeTakeFirst();
  if (row === undefined) return true;
  const doneTo = await step(trx, job, row.done_to);
  if (doneTo === null) {
    await trx.deleteFrom('moment_jobs').where('job_id', '=', job.jobId).execute();
    return true;
  }
  await trx
    .updateTable('moment_jobs')
    .set({
      done_to: doneTo,
      due_ms: sql<number>`${DATABASE_NOW} + ${CLAIM_BACKOFF_BASE_MS}`,
      attempts: 0,
    })
    .where('job_id', '=', job.jobId)
    .execute();
  return false;
}

/** Where the job stands then; null: it is done. */
async function step(
  trx: Transaction<Schema>,
  job: TimelineJob,
  doneTo: string,
): Promise<string | null> {
  switch (job.kind) {
    case 'fan-out':
      return fanOut(trx, job, doneTo);
    case 'sources':
      return writeSources(trx, job, doneTo);
    case 'erase':
      return erase(trx, job, doneTo);
    case 'back-fill':
      await backFill(trx, job);
      return null;
  }
}
