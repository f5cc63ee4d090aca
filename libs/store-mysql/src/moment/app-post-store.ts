import {
  selfConversationId,
  type AppId,
  type CommentId,
  type PostId,
  type UserId,
} from '@queqiao/domain';
import type { AppComment, AppPostStore, CommentWork, ReactionsWanted } from '../app-post-types.js';
import type { LogEntry, LogOutcome } from '../log-types.js';
import { inLog } from '../log/in-log.js';
import type { LogTransaction } from '../log/log-transaction.js';
import type { PostPlace } from '../moment-types.js';
import type { StoreContext } from '../store-context.js';
import { storedCommentState } from './comment-writes.js';
import { readAppPost, readNewest, readOldest } from './app-post-reads.js';
import {
  readAppComment,
  readAppComments,
  readAppLikes,
  toAppComment,
} from './app-reaction-reads.js';

export class MysqlAppPostStore implements AppPostStore {
  constructor(private readonly context: StoreContext) {}

  posts(
    appId: AppId,
    authorId: UserId | null,
    page: { readonly before: PostPlace | null; readonly limit: number },
  ) {
    return readNewest(this.context, appId, authorId, page);
  }

  post(appId: AppId, postId: string) {
    return readAppPost(this.context, appId, postId);
  }

  postsFrom(
    appId: AppId,
    authorId: UserId | null,
    page: { readonly from: PostPlace | null; readonly settledMs: number; readonly limit: number },
  ) {
    return readOldest(this.context, appId, authorId, page);
  }

  likes(appId: AppId, wanted: readonly ReactionsWanted[], limit: number) {
    return readAppLikes(this.context, appId, wanted, limit);
  }

  comments(appId: AppId, wanted: readonly ReactionsWanted[], limit: number) {
    return readAppComments(this.context, appId, wanted, limit);
  }

  comment(appId: AppId, postId: string, commentId: string) {
    return readAppComment(this.context, appId, postId, commentId);
  }

  removeComment(
    work: CommentWork,
    decide: (comment: AppComment | null) => LogEntry | null,
  ): Promise<LogOutcome<null>> {
    const feed = selfConversationId(work.writerId);
    return inLog(this.context, { ...work, heads: [feed] }, async (tx) => {
      const entry = decide(await lockComment(tx, work));
      if (entry === null) return null;
      await tx.trx
        .updateTable('comments')
        .set({ state: storedCommentState('removed') })
        .where('app_id', '=', tx.appId)
        .where('post_id', '=', work.postId as PostId)
        .where('comment_id', '=', work.commentId as CommentId)
        .execute();
      tx.append(feed, entry);
      return null;
    });
  }
}

/** The author of the post, who may delete it too, holds another feed: so the row itself is locked. */
async function lockComment(
  { trx, appId }: LogTransaction,
  { postId, commentId }: CommentWork,
): Promise<AppComment | null> {
  const row = await trx
    .selectFrom('comments')
    .select(['post_id', 'comment_id', 'author_id', 'reply_to', 'text', 'created_ms', 'state'])
    .where('app_id', '=', appId)
    .where('post_id', '=', postId as PostId)
    .where('comment_id', '=', commentId as CommentId)
    .forUpdate()
    .executeTakeFirst();
  return row === undefined ? null : toAppComment(row);
}
