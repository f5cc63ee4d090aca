import { sql } from 'kysely';
import type { AppId, ConversationId, UserId } from '@queqiao/domain';
import { LARGE_FILL_ROWS, LARGE_MAX_CROSSINGS, type LargeKey } from '../large-types.js';
import { lockLogHeads, writingHeads } from '../log/log-heads.js';
import { retrying, type StoreContext } from '../store-context.js';

export async function readCrossings({
  kysely,
}: StoreContext): Promise<(LargeKey & { readonly filled: boolean })[]> {
  // The condition says for the tenant guard that all apps are meant: it is a list of work, and holds nothing but ids.
  const { rows } = await sql<{ app_id: AppId; conversation_id: ConversationId; filled: number }>`
    SELECT app_id, conversation_id, filled FROM large_crossings WHERE app_id = app_id
    ORDER BY app_id, conversation_id LIMIT ${sql.lit(LARGE_MAX_CROSSINGS)}`.execute(kysely);
  return rows.map((row) => ({
    appId: row.app_id,
    conversationId: row.conversation_id,
    filled: row.filled === 1,
  }));
}

/** Under the head's lock, so that nobody leaves between the reading of a row and the writing of its copy. */
export function fillMembers(context: StoreContext, key: LargeKey): Promise<boolean> {
  const { appId, conversationId } = key;
  return retrying(context, () =>
    context.kysely.transaction().execute(async (trx) => {
      await lockLogHeads(trx, appId, [conversationId]);
      const crossing = await trx
        .selectFrom('large_crossings')
        .select(['filled_to', 'filled'])
        .where('app_id', '=', appId)
        .where('conversation_id', '=', conversationId)
        .executeTakeFirst();
      if (crossing === undefined || crossing.filled === 1) return true;
      const rows = await trx
        .selectFrom('members')
        .select(['user_id', 'joined_seq'])
        .where('app_id', '=', appId)
        .where('conversation_id', '=', conversationId)
        .where('left_seq', 'is', null)
        .where('user_id', '>', crossing.filled_to as UserId)
        .orderBy('user_id')
        .limit(LARGE_FILL_ROWS)
        .execute();
      const ids = { app_id: appId, conversation_id: conversationId };
      if (rows.length > 0) {
        const values = rows.map((row) => ({ ...ids, ...row }));
        await trx.insertInto('large_members').ignore().values(values).execute();
      }
      const filled = rows.length < LARGE_FILL_ROWS;
      await trx
        .updateTable('large_crossings')
        .set({ filled_to: rows.at(-1)?.user_id ?? crossing.filled_to, filled: filled ? 1 : 0 })
        .where('app_id', '=', appId)
        .where('conversation_id', '=', conversationId)
        .execute();
      return filled;
    }),
  );
}

export async function finishCrossing(
  context: StoreContext,
  { appId, conversationId }: LargeKey,
): Promise<void> {
  await retrying(context, () =>
    context.kysely.transaction().execute(async (trx) => {
      const heads = await lockLogHeads(trx, appId, [conversationId]);
      for (const head of heads.values()) {
        head.mode = 'subscribed';
        head.changed = true;
      }
      if (heads.size > 0) await writingHeads(trx, appId, [...heads.values()]).execute();
      for (const table of ['large_crossings', 'large_confirmations'] as const) {
        await trx
          .deleteFrom(table)
          .where('app_id', '=', appId)
          .where('conversation_id', '=', conversationId)
          .execute();
      }
    }),
  );
}
