import type { AppId, PostId, UserId } from '@queqiao/domain';
import type { Selectable, Transaction } from 'kysely';
import type { DispatchIds } from '../dispatch-ids.js';
import type { MomentJobsTable } from '../schema/moments.js';
import type { Schema } from '../schema/schema.js';
import { DATABASE_NOW } from '../store-context.js';
import type { MomentJob } from '../timeline-types.js';

export type JobRow = Omit<Selectable<MomentJobsTable>, 'owner' | 'due_ms'>;

/** What a job is about, before it is one. */
export type JobOrder = { readonly appId: AppId; readonly authorId: UserId } & (
  | { readonly kind: 'fan-out'; readonly postId: PostId }
  | { readonly kind: 'back-fill'; readonly viewerId: UserId }
);

export function toJob(row: JobRow): MomentJob {
  const shared = {
    jobId: row.job_id,
    appId: row.app_id,
    authorId: row.author_id,
    attempts: row.attempts + 1,
  };
  return row.kind === 'fan-out'
    ? { ...shared, kind: row.kind, postId: row.post_id }
    : { ...shared, kind: row.kind, viewerId: row.viewer_id };
}

/** Due at once, for whichever node looks first. Nobody else knows the rows, so that nothing waits for them. */
export async function insertJobs(
  trx: Transaction<Schema>,
  ids: DispatchIds,
  owner: string,
  orders: readonly JobOrder[],
): Promise<void> {
  await trx
    .insertInto('moment_jobs')
    .values(
      orders.map((order) => ({
        job_id: ids.next(),
        app_id: order.appId,
        kind: order.kind,
        author_id: order.authorId,
        ...(order.kind === 'fan-out' ? { post_id: order.postId } : { viewer_id: order.viewerId }),
        owner,
        due_ms: DATABASE_NOW,
      })),
    )
    .execute();
}
