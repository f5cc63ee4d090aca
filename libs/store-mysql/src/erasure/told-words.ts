import type { ConversationId } from '@queqiao/domain';
import { sql, type RawBuilder } from 'kysely';
import type { ErasureJob, ToldEntry, ToldPlace } from '../erasure-types.js';
import { retrying, type StoreContext } from '../store-context.js';

/** Entries that the server wrote and that repeat words of users. */
const KINDS = [
  'becameFriends',
  'friendChanged',
  'friendRequestChanged',
  'invitationChanged',
  'applicationChanged',
  'memberRenamed',
] as const;

interface Page {
  readonly after: number;
  readonly limit: number;
}

/** Server-written entries have no client id: with the sender they are one range of the index. Only these are read and sorted. */
export function toldBy(
  { appId }: Pick<ErasureJob, 'appId'>,
  { conversationId, sender }: ToldPlace,
  { after, limit }: Page,
): RawBuilder<ToldEntry> {
  return sql<ToldEntry>`
    SELECT seq, content FROM entries FORCE INDEX (entries_by_message) WHERE app_id = ${appId}
    AND conversation_id = ${conversationId} AND sender = ${sender} AND client_msg_id IS NULL AND seq > ${after}
    AND state = 0 AND kind IN (${sql.join([...KINDS])}) ORDER BY seq LIMIT ${sql.lit(limit)}`;
}

export async function toldEntries(
  context: StoreContext,
  job: ErasureJob,
  place: ToldPlace,
  page: Page,
): Promise<ToldEntry[]> {
  return (await toldBy(job, place, page).execute(context.kysely)).rows;
}

/** One that was deleted meanwhile stays empty. */
export async function rewriteTold(
  context: StoreContext,
  { appId }: ErasureJob,
  conversationId: ConversationId,
  { seq, content }: ToldEntry,
): Promise<void> {
  await retrying(context, () =>
    context.kysely
      .updateTable('entries')
      .set({ content: Buffer.from(content) })
      .where('app_id', '=', appId)
      .where('conversation_id', '=', conversationId)
      .where('seq', '=', seq)
      .where('state', '=', 0)
      .execute(),
  );
}
