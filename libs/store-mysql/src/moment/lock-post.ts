import type { UserId } from '@queqiao/domain';
import { CompiledQuery, sql } from 'kysely';
import type { LogTransaction } from '../log/log-transaction.js';
import type { ViewedPost } from '../moment-types.js';
import { asViewer, POST_SQL } from './post-reads.js';
import { toViewed, type ViewedRow } from './post-rows.js';

export interface LockedPost {
  /** Null: there is none. */
  readonly viewed: ViewedPost | null;
  readonly commentsMade: number;
}

/**
 * A post, and what decides whether the user sees it, read once its row is held to the end of the transaction: shared by those who
 * only must not lose it, or for one alone. Its deletion waits, or is seen.
 */
export async function lockPost(
  { trx, appId }: LogTransaction,
  { userId, postId }: { readonly userId: UserId; readonly postId: string },
  lock: 'shared' | 'alone',
): Promise<LockedPost> {
  const kept = sql.raw(lock === 'shared' ? 'LOCK IN SHARE MODE' : 'FOR UPDATE');
  const { rows } = await sql<{ comments_made: number }>`
    SELECT comments_made FROM posts WHERE app_id = ${appId} AND post_id = ${postId} ${kept}`.execute(
    trx,
  );
  const [held] = rows;
  if (held === undefined) return { viewed: null, commentsMade: 0 };
  const values = [...asViewer(userId), appId, postId];
  const found = await trx.executeQuery<ViewedRow>(CompiledQuery.raw(POST_SQL, values));
  const [row] = found.rows;
  return {
    viewed: row === undefined ? null : toViewed(row),
    commentsMade: held.comments_made,
  };
}
