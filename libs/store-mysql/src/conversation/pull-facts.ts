import type { Stint } from '@queqiao/domain';
import type { EntryRecord, Membership } from '../conversation-types.js';
import type { MemberKey } from '../member/member-pair.js';
import type { StoreContext } from '../store-context.js';
import type { PullFacts } from './trim-pull.js';
import { visibleSpans } from './visible-spans.js';

/** What decides who sees which of the entries that were read before; most members need no further read. */
export async function pullFacts(
  context: StoreContext,
  key: MemberKey & { readonly fromSeq: number },
  fetched: readonly EntryRecord[],
  membership: Membership,
): Promise<PullFacts> {
  const { member, lastSeq } = membership;
  const stints = await readStints(context, key, membership);
  const hidden = member.hiddenSeqs.length === 0 ? [] : await readHidden(context, key, fetched);
  return {
    fetched,
    stints: visibleSpans(stints, member.clearedSeq, hidden),
    headSeq: await readHeadSeq(context, key, membership),
    visibleSeq: lastSeq,
  };
}

/** Earlier stints matter only to ranges that reach below the present one. */
async function readStints(
  { kysely }: StoreContext,
  { appId, userId, conversationId, fromSeq }: MemberKey & { readonly fromSeq: number },
  { member }: Membership,
): Promise<Stint[]> {
  if (fromSeq > member.joinedSeq) return [member];
  const rows = await kysely
    .selectFrom('member_stints')
    .select(['joined_seq', 'left_seq'])
    .where('app_id', '=', appId)
    .where('user_id', '=', userId)
    .where('conversation_id', '=', conversationId)
    .execute();
  return [...rows.map((row) => ({ joinedSeq: row.joined_seq, leftSeq: row.left_seq })), member];
}

/** At most as many as entries were read. */
async function readHidden(
  { kysely }: StoreContext,
  { appId, userId, conversationId }: MemberKey,
  fetched: readonly EntryRecord[],
): Promise<number[]> {
  const [first, last] = [fetched[0], fetched.at(-1)];
  if (first === undefined || last === undefined) return [];
  const rows = await kysely
    .selectFrom('hidden_entries')
    .select('seq')
    .where('app_id', '=', appId)
    .where('user_id', '=', userId)
    .where('conversation_id', '=', conversationId)
    .where('seq', '>=', first.seq)
    .where('seq', '<=', last.seq)
    .orderBy('seq')
    .execute();
  return rows.map((row) => row.seq);
}

/** A membership of somebody who left ends at the leave, but the log may go on. */
async function readHeadSeq(
  { kysely }: StoreContext,
  { appId, conversationId }: MemberKey,
  { member, lastSeq }: Membership,
): Promise<number> {
  if (member.leftSeq === null) return lastSeq;
  const row = await kysely
    .selectFrom('conversations')
    .select('last_seq')
    .where('app_id', '=', appId)
    .where('conversation_id', '=', conversationId)
    .executeTakeFirst();
  return row?.last_seq ?? lastSeq;
}
