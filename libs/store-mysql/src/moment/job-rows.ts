import type { AppId, CommentId, PostId, UserId } from '@queqiao/domain';
import type { InsertQueryBuilder, InsertResult, Selectable, Transaction } from 'kysely';
import type { DispatchIds } from '../dispatch-ids.js';
import type { LogTransaction } from '../log/log-transaction.js';
import type { PostRecord } from '../moment-types.js';
import type { Deed, NoticedDeed } from '../notice-types.js';
import type { ReactionWork } from '../reaction-types.js';
import type { MomentJobsTable } from '../schema/moments.js';
import type { Schema } from '../schema/schema.js';
import { DATABASE_NOW, type StoreContext } from '../store-context.js';
import type { MomentJob } from '../timeline-types.js';

export type JobRow = Omit<Selectable<MomentJobsTable>, 'owner' | 'due_ms'>;

/** What a job is about, before it is one. */
export type JobOrder = { readonly appId: AppId; readonly authorId: UserId } & (
  | { readonly kind: 'fan-out' | 'erase'; readonly postId: PostId }
  | { readonly kind: 'sources' }
  | { readonly kind: 'back-fill'; readonly viewerId: UserId }
  | ({ readonly kind: 'notify'; readonly postId: PostId } & NoticedDeed)
);

export function toJob(row: JobRow): MomentJob {
  const shared = {
    jobId: row.job_id,
    appId: row.app_id,
    authorId: row.author_id,
    attempts: row.attempts + 1,
  };
  const { kind, post_id: postId } = row;
  switch (kind) {
    case 'fan-out':
    case 'erase':
      return { ...shared, kind, postId };
    case 'sources':
      return { ...shared, kind };
    case 'back-fill':
      return { ...shared, kind, viewerId: row.viewer_id };
    case 'notify': {
      const deed = { deed: row.notice, actorId: row.actor_id, commentId: row.comment_id };
      return { ...shared, kind, postId, ...deed };
    }
  }
}

/**
 * Due at once, for whichever node looks first; the one that commits them is told so. Nobody else knows the rows, so that nothing
 * waits for them.
 */
export function orderJobs(
  tx: LogTransaction,
  ids: DispatchIds,
  owner: string,
  orders: readonly JobOrder[],
): void {
  if (orders.length === 0) return;
  tx.hasJobs = true;
  tx.putOff(insertJobs(tx.trx, ids, owner, orders));
}

/** For at least one. */
export function insertJobs(
  trx: Transaction<Schema>,
  ids: DispatchIds,
  owner: string,
  orders: readonly JobOrder[],
): InsertQueryBuilder<Schema, 'moment_jobs', InsertResult> {
  return trx.insertInto('moment_jobs').values(
    orders.map((order) => ({
      job_id: ids.next(),
      app_id: order.appId,
      kind: order.kind,
      author_id: order.authorId,
      ...about(order),
      owner,
      due_ms: DATABASE_NOW,
    })),
  );
}

/** Lets those be told whom a user's doing concerns. */
export function notify(
  { dispatchIds }: StoreContext,
  tx: LogTransaction,
  { userId: actorId, owner }: ReactionWork,
  of: { readonly post: PostRecord; readonly deed: Deed; readonly commentId?: CommentId },
): void {
  const { deed, commentId = '' } = of;
  const { postId, authorId } = of.post;
  const job = {
    kind: 'notify',
    appId: tx.appId,
    authorId,
    postId,
    deed,
    actorId,
    commentId,
  } as const;
  orderJobs(tx, dispatchIds, owner, [job]);
}

function about(order: JobOrder) {
  switch (order.kind) {
    case 'fan-out':
    case 'erase':
      return { post_id: order.postId };
    case 'sources':
      return {};
    case 'back-fill':
      return { viewer_id: order.viewerId };
    case 'notify': {
      const { postId, actorId, commentId, deed } = order;
      return { post_id: postId, actor_id: actorId, comment_id: commentId, notice: deed };
    }
  }
}
