import type { AppId, PostId, UserId } from '@queqiao/domain';
import { sql, type Transaction } from 'kysely';
import { CLAIM_BACKOFF_BASE_MS } from '../dispatch-store.js';
import type { PostRecord } from '../moment-types.js';
import type { Schema } from '../schema/schema.js';
import { DATABASE_NOW } from '../store-context.js';
import { BACK_FILL_MAX_POSTS, FAN_OUT_MAX_ROWS, type TimelineJob } from '../timeline-types.js';
import { erase } from './erase.js';
import { storedState, toPost } from './post-rows.js';

type Job<K extends TimelineJob['kind']> = Extract<TimelineJob, { kind: K }>;
type OfPost = Extract<TimelineJob, { postId: PostId }>;
type Post = Pick<PostRecord, 'postId' | 'createdMs'>;

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

/** Where the job is then; null: at its end. */
async function step(
  trx: Transaction<Schema>,
  job: TimelineJob,
  doneTo: string,
): Promise<string | null> {
  switch (job.kind) {
    case 'fan-out':
      return fanOut(trx, job, doneTo);
    case 'erase':
      return erase(trx, job, doneTo);
    case 'back-fill':
      await backFill(trx, job);
      return null;
  }
}

/**
 * Friends are read after the commit of the post, page by page. Who becomes one behind the cursor has a back-fill, which reads posts
 * after the commit of the friendship: one of the two sees the other. Null: there are no more.
 */
async function fanOut(
  trx: Transaction<Schema>,
  { appId, authorId, postId }: OfPost,
  doneTo: string,
): Promise<UserId | null> {
  const row = await trx
    .selectFrom('posts')
    .selectAll()
    .where('app_id', '=', appId)
    .where('post_id', '=', postId)
    .executeTakeFirst();
  const post = row === undefined ? null : toPost(row);
  if (post === null || post.state !== 'present' || post.audience.kind === 'private') return null;
  const ids = await readFriends(trx, { appId, authorId, doneTo }, namedAlone(post));
  await insertRefs(
    trx,
    appId,
    ids.map((userId) => ({ ...post, userId })),
  );
  return ids.length < FAN_OUT_MAX_ROWS ? null : (ids.at(-1) ?? null);
}

/** Users who are the whole audience, whatever tags they have or get. */
function namedAlone({ audience }: PostRecord): readonly UserId[] | null {
  return audience.kind === 'only' && audience.tags.length === 0 ? audience.userIds : null;
}

async function readFriends(
  trx: Transaction<Schema>,
  { appId, authorId, doneTo }: { appId: AppId; authorId: UserId; doneTo: string },
  among: readonly UserId[] | null,
): Promise<UserId[]> {
  let friends = trx
    .selectFrom('friends')
    .select('friend_id')
    .where('app_id', '=', appId)
    .where('user_id', '=', authorId)
    .where('active', '=', 1)
    .where('friend_id', '>', doneTo as UserId);
  if (among !== null) friends = friends.where('friend_id', 'in', among);
  const rows = await friends.orderBy('friend_id').limit(FAN_OUT_MAX_ROWS).execute();
  return rows.map((row) => row.friend_id);
}

/** Whether the two are friends still is no matter: who may see a post is asked when the timeline is read. */
async function backFill(
  trx: Transaction<Schema>,
  { appId, authorId, viewerId }: Job<'back-fill'>,
): Promise<void> {
  const rows = await trx
    .selectFrom('posts')
    .select(['post_id', 'created_ms', 'state'])
    .where('app_id', '=', appId)
    .where('author_id', '=', authorId)
    .orderBy('created_ms', 'desc')
    .orderBy('post_id', 'desc')
    .limit(BACK_FILL_MAX_POSTS)
    .execute();
  const there = rows.filter(({ state }) => state === storedState('present'));
  const refs = there.map((row) => ({
    postId: row.post_id,
    createdMs: row.created_ms,
    userId: viewerId,
  }));
  await insertRefs(trx, appId, refs);
}

/** References that are there stay as they are. */
export async function insertRefs(
  trx: Transaction<Schema>,
  appId: AppId,
  refs: readonly (Post & { readonly userId: UserId })[],
): Promise<void> {
  if (refs.length === 0) return;
  await trx
    .insertInto('timeline_refs')
    .ignore()
    .values(
      refs.map(({ userId, createdMs, postId }) => ({
        app_id: appId,
        user_id: userId,
        created_ms: createdMs,
        post_id: postId,
        arrived_ms: DATABASE_NOW,
      })),
    )
    .execute();
}
