import type { UserId } from '@queqiao/domain';
import { CompiledQuery, sql, type Kysely } from 'kysely';
import { NOTIFY_MAX_USERS, type NoticeKind } from '../notice-types.js';
import type { Schema } from '../schema/schema.js';
import type { NotifyJob } from '../timeline-types.js';

export interface Concerned {
  readonly userId: UserId;
  readonly kind: NoticeKind;
}

/**
 * Whom a deed concerns, by id, above a place: whether they may see it is not asked. `next`: where to go on; null: there are no more.
 */
export async function findConcerned(
  db: Kysely<Schema>,
  job: NotifyJob,
  doneTo: string,
): Promise<{ users: Concerned[]; next: string | null }> {
  const ids = job.deed === 'mention' ? await mentioned(db, job) : await involved(db, job, doneTo);
  const left = [...new Set(ids)].filter((id) => id > doneTo && id !== job.actorId).sort();
  const page = left.slice(0, NOTIFY_MAX_USERS);
  const answered = job.deed === 'comment' ? await answeredBy(db, job) : null;
  return {
    users: page.map((userId) => ({
      userId,
      kind: userId === answered ? 'reply' : job.deed,
    })),
    next: left.length > NOTIFY_MAX_USERS ? (page.at(-1) ?? null) : null,
  };
}

async function mentioned(
  db: Kysely<Schema>,
  { appId, postId }: NotifyJob,
): Promise<readonly UserId[]> {
  const row = await db
    .selectFrom('posts')
    .select('mentions')
    .where('app_id', '=', appId)
    .where('post_id', '=', postId)
    .executeTakeFirst();
  return (row?.mentions ?? []) as UserId[];
}

/**
 * Friends of the actor's who had liked or commented the post at a moment: friends are gone through, with a look by key at each. An actor has a
 * limited number of them, of whatever a post has. EXISTS would be turned into one look at everything.
 */
export const INVOLVED_SQL =
  'SELECT STRAIGHT_JOIN f.friend_id FROM friends f FORCE INDEX (PRIMARY) ' +
  'LEFT JOIN likes l FORCE INDEX (PRIMARY) ' +
  'ON l.app_id = f.app_id AND l.post_id = ? AND l.user_id = f.friend_id AND l.created_ms <= ? ' +
  'WHERE f.app_id = ? AND f.user_id = ? AND f.friend_id > ? AND f.active = 1 ' +
  'AND (l.user_id IS NOT NULL OR (SELECT c.author_id FROM comments c FORCE INDEX (comments_by_author) ' +
  'WHERE c.app_id = f.app_id AND c.post_id = ? AND c.author_id = f.friend_id AND c.state = 0 AND c.created_ms <= ? LIMIT 1) ' +
  'IS NOT NULL) ORDER BY f.friend_id LIMIT ?';

/** These, and the author; nobody who came after the deed, however late its job is. */
async function involved(
  db: Kysely<Schema>,
  job: NotifyJob,
  doneTo: string,
): Promise<readonly UserId[]> {
  const { appId, authorId, actorId, postId } = job;
  const doneMs = await timeOf(db, job);
  if (doneMs === null) return [];
  const limit = NOTIFY_MAX_USERS + 1;
  const values = [postId, doneMs, appId, actorId, doneTo, postId, doneMs, limit];
  const query = CompiledQuery.raw(INVOLVED_SQL, values);
  const { rows } = await db.executeQuery<{ friend_id: UserId }>(query);
  return [authorId, ...rows.map((row) => row.friend_id)];
}

/** Null: it was undone. */
async function timeOf(
  db: Kysely<Schema>,
  { appId, postId, actorId, commentId, deed }: NotifyJob,
): Promise<number | null> {
  const what =
    deed === 'like'
      ? sql`likes FORCE INDEX (PRIMARY) WHERE user_id = ${actorId}`
      : sql`comments FORCE INDEX (PRIMARY) WHERE comment_id = ${commentId}`;
  const { rows } = await sql<{ created_ms: number }>`
    SELECT created_ms FROM ${what} AND app_id = ${appId} AND post_id = ${postId}`.execute(db);
  return rows[0]?.created_ms ?? null;
}

/** Whose comment the one of the job answers; also when that one is gone. */
async function answeredBy(
  db: Kysely<Schema>,
  { appId, postId, commentId }: NotifyJob,
): Promise<UserId | null> {
  const { rows } = await sql<{ author_id: UserId }>`
    SELECT r.author_id FROM comments c FORCE INDEX (PRIMARY) JOIN comments r FORCE INDEX (PRIMARY)
    ON r.app_id = c.app_id AND r.post_id = c.post_id AND r.comment_id = c.reply_to
    WHERE c.app_id = ${appId} AND c.post_id = ${postId} AND c.comment_id = ${commentId}`.execute(
    db,
  );
  return rows[0]?.author_id ?? null;
}
