import { selfConversationId, type PostId } from '@queqiao/domain';
import { sql } from 'kysely';
import type { LogOutcome } from '../log-types.js';
import { inLog } from '../log/in-log.js';
import type { LogTransaction } from '../log/log-transaction.js';
import type { ViewedPost } from '../moment-types.js';
import type { DecideReaction, ReactionWork } from '../reaction-types.js';
import type { StoreContext } from '../store-context.js';
import { lockPost } from './lock-post.js';
import { notify } from './job-rows.js';

/** The feed's lock keeps a user's devices apart, the post's shared one the post from being deleted meanwhile. */
export function likePost(
  context: StoreContext,
  work: ReactionWork,
  decide: DecideReaction,
): Promise<LogOutcome<null>> {
  return changeLike(context, work, decide, async (tx, { post, relation }) => {
    const result = await tx.trx
      .insertInto('likes')
      .ignore()
      .values({
        app_id: tx.appId,
        post_id: post.postId,
        user_id: work.userId,
        // Of now, not of when the feed was locked: the post's lock may have been waited for.
        created_ms: relation.nowMs,
      })
      .executeTakeFirst();
    const isNew = (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
    if (isNew) notify(context, tx, work, { post, deed: 'like' });
    return isNew;
  });
}

export function unlikePost(
  context: StoreContext,
  work: ReactionWork,
  decide: DecideReaction,
): Promise<LogOutcome<null>> {
  return changeLike(context, work, decide, async ({ trx, appId }, { post }) => {
    const result = await trx
      .deleteFrom('likes')
      .where('app_id', '=', appId)
      .where('post_id', '=', post.postId)
      .where('user_id', '=', work.userId)
      .executeTakeFirst();
    return result.numDeletedRows > 0n;
  });
}

function changeLike(
  context: StoreContext,
  work: ReactionWork,
  decide: DecideReaction,
  write: (tx: LogTransaction, viewed: ViewedPost) => Promise<boolean>,
): Promise<LogOutcome<null>> {
  const feed = selfConversationId(work.userId);
  return inLog(context, { ...work, heads: [feed] }, async (tx) => {
    const { viewed } = await lockPost(tx, work, 'shared');
    const entry = decide(viewed);
    if (viewed !== null && (await write(tx, viewed))) tx.append(feed, entry);
    return null;
  });
}

export function sharePost(
  context: StoreContext,
  work: ReactionWork,
  decide: DecideReaction,
): Promise<LogOutcome<{ shareCount: number }>> {
  const feed = selfConversationId(work.userId);
  return inLog(context, { ...work, heads: [feed] }, async (tx) => {
    const { viewed } = await lockPost(tx, work, 'alone');
    const entry = decide(viewed);
    tx.putOff(
      tx.trx
        .updateTable('posts')
        .set({ share_count: sql<number>`share_count + 1` })
        .where('app_id', '=', tx.appId)
        .where('post_id', '=', work.postId as PostId),
    );
    tx.append(feed, entry);
    return { shareCount: (viewed?.post.shareCount ?? 0) + 1 };
  });
}
