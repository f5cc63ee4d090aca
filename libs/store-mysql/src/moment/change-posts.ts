import { selfConversationId, type PostId } from '@queqiao/domain';
import type { LogEntry, LogOutcome } from '../log-types.js';
import { inLog } from '../log/in-log.js';
import type { LogTransaction } from '../log/log-transaction.js';
import type { NewPost, PostPatch, PostPlan, PostRecord, PostWork } from '../moment-types.js';
import type { StoreContext } from '../store-context.js';
import { insertRefs } from './fan-out.js';
import { orderJobs, type JobOrder } from './job-rows.js';
import { demandPosts, hasMoreFriends } from './post-limits.js';
import { storedState, toPost } from './post-rows.js';
import { isSource, SPREAD } from './sources.js';

export function createPost(
  context: StoreContext,
  work: PostWork,
  { content, mentions, audience, limits }: NewPost,
  entry: (postId: PostId) => LogEntry,
): Promise<LogOutcome<{ postId: PostId; createdMs: number }>> {
  const feed = selfConversationId(work.authorId);
  return inLog(context, { ...work, heads: [feed] }, async (tx) => {
    // Unique, and growing in time as the table's primary key likes it; nobody learns from it what an order by time does not say.
    const postId = context.dispatchIds.next() as PostId;
    const { nowMs: createdMs } = tx;
    await demandPosts(tx, work.authorId, limits.maxPostsPerDay);
    // Friendships of the author begin and end under the lock of the same feed.
    const many = await hasMoreFriends(tx, work.authorId, limits.maxFanOutFriends);
    const isFirst = many && !(await isSource(tx.trx, tx.appId, work.authorId));
    tx.putOff(
      tx.trx.insertInto('posts').values({
        app_id: tx.appId,
        post_id: postId,
        author_id: work.authorId,
        content: Buffer.from(content),
        mentions: JSON.stringify(mentions),
        audience: JSON.stringify(audience),
        created_ms: createdMs,
        spread: many ? SPREAD.byAuthor : SPREAD.byReferences,
      }),
    );
    await insertRefs(tx.trx, tx.appId, [{ postId, createdMs, userId: work.authorId }]);
    const kinds = many ? (['notify'] as const) : (['fan-out', 'notify'] as const);
    order(context, tx, work, { postId, audience, mentions }, kinds);
    if (isFirst) nameSource(context, tx, work);
    tx.append(feed, entry(postId));
    return { postId, createdMs };
  });
}

/** The lock of the author's feed stands for one on the post: nobody else writes to it. */
export function changePost<T>(
  context: StoreContext,
  work: PostWork & { readonly postId: string },
  decide: (post: PostRecord | null, nowMs: number) => PostPlan<T>,
): Promise<LogOutcome<T>> {
  const feed = selfConversationId(work.authorId);
  return inLog(context, { ...work, heads: [feed] }, async (tx) => {
    const row = await readOwn(tx, work);
    const post = row === undefined ? null : toPost(row);
    const { change, answer } = decide(post, tx.nowMs);
    if (change === null || row === undefined || post === null) return answer;
    const { patch } = change;
    writePatch(tx, post.postId, patch);
    const isMentioned = (userId: string) => post.mentions.includes(userId);
    // Whom it is for now need not have a reference, where references tell of it, nor know of a mention; nor who became a friend
    // while it was removed.
    const byReferences = row.spread === SPREAD.byReferences;
    if (patch.audience || patch.state === 'present') {
      const kinds = byReferences ? (['fan-out', 'notify'] as const) : (['notify'] as const);
      order(context, tx, work, { ...post, ...patch }, kinds);
    } else if (!(patch.mentions ?? []).every(isMentioned)) {
      order(context, tx, work, { ...post, ...patch }, ['notify']);
    }
    if (patch.state === 'deleted') eraseLater(context, tx, work, post.postId);
    tx.append(feed, change.entry);
    return answer;
  });
}

/** Whether anybody sees it is asked again when timelines are read, and before anybody is told; of what nobody does they need not know. */
function order(
  { dispatchIds }: StoreContext,
  tx: LogTransaction,
  { authorId, owner }: PostWork,
  { postId, audience, mentions }: Pick<PostRecord, 'postId' | 'audience' | 'mentions'>,
  kinds: readonly ('fan-out' | 'notify')[],
): void {
  if (audience.kind === 'private') return;
  const job = { appId: tx.appId, authorId, postId };
  const mention = { deed: 'mention', actorId: authorId, commentId: '' } as const;
  const orders = kinds.flatMap((kind): JobOrder[] => {
    if (kind === 'fan-out') return [{ kind, ...job }];
    return mentions.length === 0 ? [] : [{ kind, ...job, ...mention }];
  });
  orderJobs(tx, dispatchIds, owner, orders);
}

/** What was said under a post that is gone is seen by nobody from now on, and goes too. */
function eraseLater(
  { dispatchIds }: StoreContext,
  tx: LogTransaction,
  { authorId, owner }: PostWork,
  postId: PostId,
): void {
  const job = { kind: 'erase', appId: tx.appId, authorId, postId } as const;
  orderJobs(tx, dispatchIds, owner, [job]);
}

/**
 * Once for an author: who becomes a friend later has a back-fill, which reads after the commit of the friendship whether the author is
 * a source.
 */
function nameSource(
  { dispatchIds }: StoreContext,
  tx: LogTransaction,
  { authorId, owner }: PostWork,
): void {
  const { appId } = tx;
  orderJobs(tx, dispatchIds, owner, [{ kind: 'sources', appId, authorId }]);
}

function readOwn(
  { trx, appId }: LogTransaction,
  { authorId, postId }: PostWork & { readonly postId: string },
) {
  return trx
    .selectFrom('posts')
    .selectAll()
    .where('app_id', '=', appId)
    .where('post_id', '=', postId as PostId)
    .where('author_id', '=', authorId)
    .executeTakeFirst();
}

function writePatch(tx: LogTransaction, postId: PostId, patch: PostPatch): void {
  const { content, mentions, audience, editedMs, revision, state } = patch;
  tx.putOff(
    tx.trx
      .updateTable('posts')
      .set({
        ...(content === undefined ? {} : { content: Buffer.from(content) }),
        ...(mentions === undefined ? {} : { mentions: JSON.stringify(mentions) }),
        ...(audience === undefined ? {} : { audience: JSON.stringify(audience) }),
        ...(editedMs === undefined ? {} : { edited_ms: editedMs }),
        ...(revision === undefined ? {} : { revision }),
        ...(state === undefined ? {} : { state: storedState(state) }),
      })
      .where('app_id', '=', tx.appId)
      .where('post_id', '=', postId),
  );
}
