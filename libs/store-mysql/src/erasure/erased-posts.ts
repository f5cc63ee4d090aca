import type { PostId } from '@queqiao/domain';
import { sql } from 'kysely';
import { ERASURE_STEP_ROWS, type ErasureJob } from '../erasure-types.js';
import { insertJobs } from '../moment/job-rows.js';
import { storedState } from '../moment/post-rows.js';
import { retrying, type StoreContext } from '../store-context.js';

const NOBODY = JSON.stringify({ kind: 'private', userIds: [], tags: [] });

/** Posts that the app has removed: their author does not find them any more. What was said under them goes by jobs, as ever. */
export function eraseRemovedPosts(
  context: StoreContext,
  { appId, userId }: ErasureJob,
): Promise<boolean> {
  return retrying(context, () =>
    context.kysely.transaction().execute(async (trx) => {
      const { rows } = await sql<{ post_id: PostId }>`
        SELECT post_id FROM posts FORCE INDEX (posts_by_author) WHERE app_id = ${appId} AND author_id = ${userId}
        AND state = ${storedState('removed')} LIMIT ${sql.lit(ERASURE_STEP_ROWS)} FOR UPDATE`.execute(
        trx,
      );
      if (rows.length === 0) return false;
      const ids = rows.map((row) => row.post_id);
      await sql`UPDATE posts SET content = '', mentions = '[]', audience = ${NOBODY}, state = ${storedState('deleted')}
        WHERE app_id = ${appId} AND post_id IN (${sql.join(ids)})`.execute(trx);
      const job = { kind: 'erase', appId, authorId: userId } as const;
      const jobs = ids.map((postId) => ({ ...job, postId }));
      await insertJobs(trx, context.dispatchIds, '', jobs).execute();
      return true;
    }),
  );
}
