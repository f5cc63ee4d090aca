import type { AppId, UserId } from '@queqiao/domain';
import { sql, type Kysely, type Transaction } from 'kysely';
import type { LogTransaction } from '../log/log-transaction.js';
import type { Schema } from '../schema/schema.js';
import { DATABASE_NOW, select, type StoreContext } from '../store-context.js';

/** How friends' timelines come to a post. It is decided when the post is made, and stays. */
export const SPREAD = { byReferences: 0, byAuthor: 1 } as const;

/** An author whose posts a timeline takes from the author's side. */
export interface Source {
  readonly authorId: UserId;
  /** What the author made before it has arrived then. */
  readonly arrivedMs: number;
}

export const SOURCES_SQL =
  'SELECT author_id, arrived_ms FROM timeline_sources FORCE INDEX (PRIMARY) WHERE app_id = ? AND user_id = ?';

export async function readSources(
  context: Pick<StoreContext, 'pool'>,
  appId: AppId,
  userId: UserId,
): Promise<Source[]> {
  type Row = { author_id: UserId; arrived_ms: number };
  const rows = await select<Row>(context, 'sources', SOURCES_SQL, [appId, userId]);
  return rows.map((row) => ({ authorId: row.author_id, arrivedMs: row.arrived_ms }));
}

/** Sources that are there stay as they are. */
export async function insertSources(
  trx: Transaction<Schema>,
  appId: AppId,
  authorId: UserId,
  viewerIds: readonly UserId[],
): Promise<void> {
  if (viewerIds.length === 0) return;
  const rest = { app_id: appId, author_id: authorId, arrived_ms: DATABASE_NOW };
  await trx
    .insertInto('timeline_sources')
    .ignore()
    .values(viewerIds.map((userId) => ({ ...rest, user_id: userId })))
    .execute();
}

/**
 * Of each the other one. A step of a job that has read the friendship before its end may write the row again; it costs a range of an
 * index until the next friendship ends.
 */
export function dropSources(
  tx: LogTransaction,
  parted: readonly { readonly userId: UserId; readonly friendId: UserId }[],
): void {
  if (parted.length === 0) return;
  const rows = parted.map(
    ({ userId, friendId }) => sql`(user_id = ${userId} AND author_id = ${friendId})`,
  );
  tx.putOff(
    tx.trx
      .deleteFrom('timeline_sources')
      .where('app_id', '=', tx.appId)
      .where(sql<boolean>`(${sql.join(rows, sql` OR `)})`),
  );
}

/** Whether the author has a post, in whatever state, that is found by its author. */
export async function isSource(
  db: Kysely<Schema>,
  appId: AppId,
  authorId: UserId,
): Promise<boolean> {
  const row = await db
    .selectFrom('posts')
    .select('post_id')
    .where('app_id', '=', appId)
    .where('author_id', '=', authorId)
    .where('spread', '=', SPREAD.byAuthor)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
