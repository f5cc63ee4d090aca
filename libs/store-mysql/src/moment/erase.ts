import type { AppId, CommentId, PostId } from '@queqiao/domain';
import { sql, type Transaction } from 'kysely';
import type { Schema } from '../schema/schema.js';
import { ERASE_MAX_ROWS } from '../timeline-types.js';

/**
 * Likes first, then what comments said. Whoever writes one holds the row of the post, so that all there ever will be were there
 * when the post went. Null: nothing is left.
 */
export async function erase(
  trx: Transaction<Schema>,
  post: { readonly appId: AppId; readonly postId: PostId },
  doneTo: string,
): Promise<string | null> {
  if (await eraseLikes(trx, post)) return doneTo;
  const ids = await readComments(trx, post, doneTo);
  if (ids.length > 0) {
    await trx
      .updateTable('comments')
      .set({ text: '' })
      .where('app_id', '=', post.appId)
      .where('post_id', '=', post.postId)
      .where('comment_id', 'in', ids)
      .execute();
  }
  return ids.length < ERASE_MAX_ROWS ? null : (ids.at(-1) ?? null);
}

/** True: there may be more. */
async function eraseLikes(
  trx: Transaction<Schema>,
  { appId, postId }: { readonly appId: AppId; readonly postId: PostId },
): Promise<boolean> {
  const result = await sql`DELETE FROM likes WHERE app_id = ${appId} AND post_id = ${postId}
    ORDER BY user_id LIMIT ${sql.lit(ERASE_MAX_ROWS)}`.execute(trx);
  return Number(result.numAffectedRows ?? 0) === ERASE_MAX_ROWS;
}

async function readComments(
  trx: Transaction<Schema>,
  { appId, postId }: { readonly appId: AppId; readonly postId: PostId },
  doneTo: string,
): Promise<CommentId[]> {
  const rows = await trx
    .selectFrom('comments')
    .select('comment_id')
    .where('app_id', '=', appId)
    .where('post_id', '=', postId)
    .where('comment_id', '>', doneTo as CommentId)
    .orderBy('comment_id')
    .limit(ERASE_MAX_ROWS)
    .execute();
  return rows.map((row) => row.comment_id);
}
