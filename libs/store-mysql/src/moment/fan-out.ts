import type { AppId, UserId } from '@queqiao/domain';
import type { Transaction } from 'kysely';
import type { PostRecord } from '../moment-types.js';
import type { Schema } from '../schema/schema.js';
import { DATABASE_NOW } from '../store-context.js';
import { FAN_OUT_MAX_ROWS, type MomentJobOf } from '../timeline-types.js';
import { toPost } from './post-rows.js';
import { insertSources } from './sources.js';

type Reference = Pick<PostRecord, 'postId' | 'createdMs'> & { readonly userId: UserId };
interface Friends {
  readonly appId: AppId;
  readonly authorId: UserId;
}

/**
 * Friends are read after the commit of the post, page by page. Who becomes one behind the cursor has a back-fill, which reads posts
 * after the commit of the friendship: one of the two sees the other. Null: there are no more.
 */
export async function fanOut(
  trx: Transaction<Schema>,
  { appId, authorId, postId }: MomentJobOf<'fan-out'>,
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
  const ids = await readFriends(trx, { appId, authorId }, doneTo, namedAlone(post));
  await insertRefs(
    trx,
    appId,
    ids.map((userId) => ({ ...post, userId })),
  );
  return lastOf(ids);
}

/** As a fan-out, of the author: once for all posts that are found by it. */
export async function writeSources(
  trx: Transaction<Schema>,
  { appId, authorId }: MomentJobOf<'sources'>,
  doneTo: string,
): Promise<UserId | null> {
  const ids = await readFriends(trx, { appId, authorId }, doneTo, null);
  await insertSources(trx, appId, authorId, ids);
  return lastOf(ids);
}

/** Users who are the whole audience, whatever tags they have or get. */
function namedAlone({ audience }: PostRecord): readonly UserId[] | null {
  return audience.kind === 'only' && audience.tags.length === 0 ? audience.userIds : null;
}

async function readFriends(
  trx: Transaction<Schema>,
  { appId, authorId }: Friends,
  doneTo: string,
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

function lastOf(ids: readonly UserId[]): UserId | null {
  return ids.length < FAN_OUT_MAX_ROWS ? null : (ids.at(-1) ?? null);
}

/** References that are there stay as they are. */
export async function insertRefs(
  trx: Transaction<Schema>,
  appId: AppId,
  refs: readonly Reference[],
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
