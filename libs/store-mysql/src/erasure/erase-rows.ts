import { sql, type RawBuilder } from 'kysely';
import { ERASURE_STEP_ROWS, type ErasureJob } from '../erasure-types.js';
import { storedCommentState } from '../moment/comment-writes.js';
import { retrying, type StoreContext } from '../store-context.js';
import { blankFeed } from './erased-messages.js';
import { eraseRemovedPosts } from './erased-posts.js';

/** Whose every row of a user is the user's alone. */
const OWN_TABLES = [
  'devices',
  'hidden_entries',
  'member_stints',
  'large_members',
  'imported_senders',
  'timeline_refs',
  'timeline_sources',
  'moment_notices',
  'moment_notice_marks',
  'group_invitations',
  'group_applications',
  'blocks',
  'likes',
] as const;

/** One statement after the other, each up to ERASURE_STEP_ROWS rows; the first that finds some ends the step. */
export async function eraseRows(context: StoreContext, job: ErasureJob): Promise<boolean> {
  if (await eraseRemovedPosts(context, job)) return true;
  // The phases before have told the user of what they did, in words of the user's.
  if (await blankFeed(context, job)) return true;
  for (const statement of statements(job)) {
    const found = await retrying(context, async () => {
      const { numAffectedRows } = await statement.execute(context.kysely);
      return (numAffectedRows ?? 0n) > 0n;
    });
    if (found) return true;
  }
  return false;
}

function statements({ appId, userId }: ErasureJob): RawBuilder<unknown>[] {
  const limit = sql.lit(ERASURE_STEP_ROWS);
  return [
    ...OWN_TABLES.map(
      (table) =>
        sql`DELETE FROM ${sql.table(table)} WHERE app_id = ${appId} AND user_id = ${userId} LIMIT ${limit}`,
    ),
    sql`UPDATE comments SET text = '', state = ${storedCommentState('deleted')} WHERE app_id = ${appId}
      AND author_id = ${userId} AND state = ${storedCommentState('present')} LIMIT ${limit}`,
    // Removed by the app, or dismissed by the author of the post: they stay so, without what they said.
    sql`UPDATE comments SET text = '' WHERE app_id = ${appId} AND author_id = ${userId} AND text <> ''
      LIMIT ${limit}`,
    // The side of the other one first: the own rows say who that is.
    sql`DELETE o FROM friend_requests m JOIN friend_requests o ON o.app_id = m.app_id AND o.user_id = m.peer_id
      AND o.peer_id = m.user_id AND o.direction <> m.direction
      WHERE m.app_id = ${appId} AND o.app_id = ${appId} AND m.user_id = ${userId}`,
    sql`DELETE FROM friend_requests WHERE app_id = ${appId} AND user_id = ${userId} LIMIT ${limit}`,
    sql`UPDATE friends o JOIN friends m ON m.app_id = o.app_id AND m.friend_id = o.user_id
      AND m.user_id = o.friend_id SET o.remark = '', o.tags = '[]', o.source_detail = ''
      WHERE m.app_id = ${appId} AND o.app_id = ${appId} AND m.user_id = ${userId}
      AND (o.remark <> '' OR JSON_LENGTH(o.tags) > 0 OR o.source_detail <> '')`,
    sql`DELETE FROM friends WHERE app_id = ${appId} AND user_id = ${userId} LIMIT ${limit}`,
    sql`UPDATE members SET settings = NULL, name = '', hidden_seqs = NULL WHERE app_id = ${appId}
      AND user_id = ${userId} AND (settings IS NOT NULL OR name <> '' OR hidden_seqs IS NOT NULL) LIMIT ${limit}`,
    sql`DELETE FROM requests WHERE app_id = ${appId} AND actor = ${userId} LIMIT ${limit}`,
  ];
}
