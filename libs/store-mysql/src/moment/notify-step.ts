import { selfConversationId, type UserId } from '@queqiao/domain';
import { sql, type Kysely } from 'kysely';
import { CLAIM_BACKOFF_BASE_MS } from '../dispatch-store.js';
import type { LogEntry, LogOutcome, LogWork } from '../log-types.js';
import { inLog } from '../log/in-log.js';
import type { LogTransaction } from '../log/log-transaction.js';
import { type NoticeKind, type NoticeWords } from '../notice-types.js';
import type { Schema } from '../schema/schema.js';
import { DATABASE_NOW, retrying, type StoreContext } from '../store-context.js';
import type { NotifyJob } from '../timeline-types.js';
import {
  isTold,
  NOTICE_COLUMNS,
  NOTICE_JOINS,
  NOTICE_STANDS,
  type NoticeRow,
} from './notice-rows.js';
import { findConcerned, type Concerned } from './notify-users.js';

/**
 * Who is told is found first, then their feeds are locked, and what they may see is asked again under these locks. The row of the
 * job is locked with them, so that of two nodes that both hold it for theirs the second finds what the first did.
 */
export async function notifyStep(
  context: StoreContext,
  job: NotifyJob,
  work: Pick<LogWork, 'owner' | 'dispatchDelayMs'>,
  entry: (words: NoticeWords) => LogEntry,
): Promise<LogOutcome<boolean>> {
  const found = await retrying(context, () => findStep(context.kysely, job));
  if (found === null) return { answer: true, commit: null };
  const heads = found.users.map(({ userId }) => selfConversationId(userId));
  const input = { ...work, appId: job.appId, request: null, heads };
  return inLog(context, input, async (tx) => {
    const row = await tx.trx
      .selectFrom('moment_jobs')
      .select('done_to')
      .where('job_id', '=', job.jobId)
      .forUpdate()
      .executeTakeFirst();
    if (row === undefined) return true;
    // Another node was faster: what it did is looked at anew.
    if (row.done_to !== found.doneTo) return false;
    await tell(tx, job, await untold(tx, job, found.users), entry);
    await moveOn(tx, job, found.next);
    return found.next === null;
  });
}

interface Step {
  readonly doneTo: string;
  readonly users: readonly Concerned[];
  readonly next: string | null;
}

/** Null: the job is done. */
async function findStep(db: Kysely<Schema>, job: NotifyJob): Promise<Step | null> {
  const row = await db
    .selectFrom('moment_jobs')
    .select('done_to')
    .where('job_id', '=', job.jobId)
    .executeTakeFirst();
  if (row === undefined) return null;
  const { done_to: doneTo } = row;
  const { users, next } = await findConcerned(db, job, doneTo);
  return { doneTo, users: await seeing(db, job, users), next };
}

/** Those who may see what they would be told. */
async function seeing(
  db: Kysely<Schema>,
  { appId, postId, actorId, commentId }: NotifyJob,
  users: readonly Concerned[],
): Promise<Concerned[]> {
  if (users.length === 0) return [];
  const lines = users.map(({ userId, kind }) => [appId, userId, kind, postId, actorId, commentId]);
  const names = ['app_id', 'user_id', 'kind', 'post_id', 'actor_id', 'comment_id'];
  const columns = names.map(
    (name, n) => `${name} VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin PATH '$[${n}]'`,
  );
  const { rows } = await sql<NoticeRow>`
    SELECT STRAIGHT_JOIN ${sql.raw(NOTICE_COLUMNS + NOTICE_STANDS)}
    FROM (SELECT ${sql.raw(names.join(', '))} FROM JSON_TABLE(${JSON.stringify(lines)}, '$[*]'
      COLUMNS (${sql.raw(columns.join(', '))})) k) n ${sql.raw(NOTICE_JOINS)}`.execute(db);
  return rows.filter(isTold).map(({ user_id: userId, kind }) => ({ userId, kind }));
}

/** Of those who still may see it those who were not told before, as far as their notices are kept. */
async function untold(
  tx: LogTransaction,
  job: NotifyJob,
  found: readonly Concerned[],
): Promise<Concerned[]> {
  const users = await seeing(tx.trx, job, found);
  if (users.length === 0) return [];
  const kinds: NoticeKind[] = job.deed === 'comment' ? ['comment', 'reply'] : [job.deed];
  const rows = await tx.trx
    .selectFrom('moment_notices')
    .select('user_id')
    .where('app_id', '=', tx.appId)
    .where(
      'user_id',
      'in',
      users.map(({ userId }) => userId),
    )
    .where('post_id', '=', job.postId)
    .where('kind', 'in', kinds)
    .where('actor_id', '=', job.actorId)
    .where('comment_id', '=', job.commentId)
    .execute();
  const told = new Set<UserId>(rows.map((row) => row.user_id));
  return users.filter(({ userId }) => !told.has(userId));
}

async function tell(
  tx: LogTransaction,
  { postId, actorId, commentId }: NotifyJob,
  users: readonly Concerned[],
  entry: (words: NoticeWords) => LogEntry,
): Promise<void> {
  if (users.length === 0) return;
  const rows = users.map(({ userId, kind }) => {
    const words = { kind, postId, actorId, commentId };
    const { seq } = tx.append(selfConversationId(userId), entry(words));
    return {
      app_id: tx.appId,
      user_id: userId,
      seq,
      kind,
      post_id: postId,
      actor_id: actorId,
      comment_id: commentId,
      created_ms: tx.nowMs,
    };
  });
  await tx.trx.insertInto('moment_notices').values(rows).execute();
}

async function moveOn({ trx }: LogTransaction, job: NotifyJob, next: string | null): Promise<void> {
  if (next === null) {
    await trx.deleteFrom('moment_jobs').where('job_id', '=', job.jobId).execute();
    return;
  }
  const due_ms = sql<number>`${DATABASE_NOW} + ${CLAIM_BACKOFF_BASE_MS}`;
  await trx
    .updateTable('moment_jobs')
    .set({ done_to: next, due_ms, attempts: 0 })
    .where('job_id', '=', job.jobId)
    .execute();
}
