import {
  COMMENT_STATES,
  selfConversationId,
  type CommentId,
  type CommentState,
  type PostId,
  type UserId,
} from '@queqiao/domain';
import { CompiledQuery } from 'kysely';
import type { LogOutcome } from '../log-types.js';
import { inLog } from '../log/in-log.js';
import type { LogTransaction } from '../log/log-transaction.js';
import type { CommentFacts, ReactionStore, ReactionWork } from '../reaction-types.js';
import type { StoreContext } from '../store-context.js';
import { notify } from './job-rows.js';
import { lockPost } from './lock-post.js';
import {
  relationColumns,
  toRelation,
  VIEWERS_OF_JOINS,
  writerJoins,
  type RelationRow,
} from './reaction-rows.js';

const COMMENT = { row: 'c', column: 'author_id', isAuthor: '' };
export const COMMENT_SQL =
  `SELECT STRAIGHT_JOIN c.author_id, ${relationColumns(COMMENT)} ` +
  `FROM comments c FORCE INDEX (PRIMARY) ${writerJoins(COMMENT)}` +
  'WHERE c.app_id = ? AND c.post_id = ? AND c.comment_id = ? AND c.state = 0';

/** The post's lock is for one alone, so that its comments are counted, and deleted, one after the other. */
export function createComment(
  context: StoreContext,
  work: ReactionWork & { readonly replyTo: string },
  decide: Parameters<ReactionStore['comment']>[1],
): Promise<LogOutcome<{ commentId: CommentId; createdMs: number }>> {
  const feed = selfConversationId(work.userId);
  return inLog(context, { ...work, heads: [feed] }, async (tx) => {
    const { viewed, commentsMade } = await lockPost(tx, work, 'alone');
    const answered = work.replyTo === '' ? null : await readComment(tx, work, work.replyTo);
    const { text, entry } = decide(viewed, { commentsMade, answered });
    const commentId = context.dispatchIds.next() as CommentId;
    // Under the post's lock, so that times follow the order in which comments are seen.
    const createdMs = viewed?.relation.nowMs ?? tx.nowMs;
    countComment(tx, work.postId as PostId, commentsMade + 1);
    tx.putOff(
      tx.trx.insertInto('comments').values({
        app_id: tx.appId,
        post_id: work.postId as PostId,
        comment_id: commentId,
        author_id: work.userId,
        reply_to: work.replyTo as CommentId,
        text,
        created_ms: createdMs,
      }),
    );
    if (viewed !== null) notify(context, tx, work, { ...viewed, deed: 'comment', commentId });
    tx.append(feed, entry);
    return { commentId, createdMs };
  });
}

export function deleteComment(
  context: StoreContext,
  work: ReactionWork & { readonly commentId: string },
  decide: Parameters<ReactionStore['deleteComment']>[1],
): Promise<LogOutcome<null>> {
  const feed = selfConversationId(work.userId);
  return inLog(context, { ...work, heads: [feed] }, async (tx) => {
    const { viewed } = await lockPost(tx, work, 'alone');
    const { state, entry } = decide(viewed, await readComment(tx, work, work.commentId));
    tx.putOff(
      tx.trx
        .updateTable('comments')
        .set({ state: storedCommentState(state), text: '' })
        .where('app_id', '=', tx.appId)
        .where('post_id', '=', work.postId as PostId)
        .where('comment_id', '=', work.commentId as CommentId),
    );
    tx.append(feed, entry);
    return null;
  });
}

export function storedCommentState(state: CommentState): number {
  return COMMENT_STATES.indexOf(state);
}

function countComment(tx: LogTransaction, postId: PostId, made: number): void {
  const { appId } = tx;
  tx.putOff(
    tx.trx
      .updateTable('posts')
      .set({ comments_made: made })
      .where('app_id', '=', appId)
      .where('post_id', '=', postId),
  );
}

/** Null: there is none of this post, or it is gone. */
async function readComment(
  { trx, appId }: LogTransaction,
  { userId, postId }: ReactionWork,
  commentId: string,
): Promise<CommentFacts | null> {
  const viewers = Array.from({ length: VIEWERS_OF_JOINS }, () => userId);
  const query = CompiledQuery.raw(COMMENT_SQL, [...viewers, appId, postId, commentId]);
  const { rows } = await trx.executeQuery<RelationRow & { author_id: UserId }>(query);
  const [row] = rows;
  return row === undefined ? null : { writerId: row.author_id, relation: toRelation(row) };
}
