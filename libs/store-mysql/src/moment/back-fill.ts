import type { Transaction } from 'kysely';
import type { Schema } from '../schema/schema.js';
import { BACK_FILL_MAX_POSTS, type MomentJobOf } from '../timeline-types.js';
import { insertRefs } from './fan-out.js';
import { storedState } from './post-rows.js';
import { insertSources, isSource, SPREAD } from './sources.js';

/**
 * Whether the two are friends still is no matter: who may see a post is asked when the timeline is read. An author who becomes a
 * source later has a job that reads friends after it.
 */
export async function backFill(
  trx: Transaction<Schema>,
  job: MomentJobOf<'back-fill'>,
): Promise<void> {
  const { appId, authorId, viewerId } = job;
  if (await isSource(trx, appId, authorId)) await insertSources(trx, appId, authorId, [viewerId]);
  await insertRefs(trx, appId, await newestPosts(trx, job));
}

async function newestPosts(
  trx: Transaction<Schema>,
  { appId, authorId, viewerId }: MomentJobOf<'back-fill'>,
): Promise<Parameters<typeof insertRefs>[2]> {
  const rows = await trx
    .selectFrom('posts')
    .select(['post_id', 'created_ms', 'state'])
    .where('app_id', '=', appId)
    .where('author_id', '=', authorId)
    .where('spread', '=', SPREAD.byReferences)
    .orderBy('created_ms', 'desc')
    .orderBy('post_id', 'desc')
    .limit(BACK_FILL_MAX_POSTS)
    .execute();
  const there = rows.filter(({ state }) => state === storedState('present'));
  return there.map((row) => ({
    postId: row.post_id,
    createdMs: row.created_ms,
    userId: viewerId,
  }));
}
