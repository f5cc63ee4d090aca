import type { Stint } from '@queqiao/domain';
import type { Membership, PullInput, PullResult } from '../conversation-types.js';
import type { StoreContext } from '../store-context.js';
import { readMember, readRange } from './conversation-reads.js';
import { trimPull } from './trim-pull.js';

/**
 * Entries first, the member's row after them: in the other order somebody who leaves between the two reads would be shown
 * entries from after the leave.
 */
export async function pull(context: StoreContext, input: PullInput): Promise<PullResult | null> {
  const { appId, userId, conversationId, fromSeq, limit, backwards } = input;
  let { toSeq } = input;
  if (toSeq === 0 && backwards) {
    // Where to begin depends on whether the member has left; what may be shown is still decided below.
    const hint = await readMember(context, appId, userId, conversationId);
    if (hint === null) return null;
    toSeq = Math.max(1, hint.lastSeq);
  }
  const range = { fromSeq, toSeq: toSeq === 0 ? Number.MAX_SAFE_INTEGER : toSeq };
  const fetched = await readRange(context, appId, conversationId, range, { limit, backwards });
  const membership = await readMember(context, appId, userId, conversationId);
  if (membership === null) return null;
  const stints = await readStints(context, input, membership);
  const headSeq = await readHeadSeq(context, input, membership);
  const facts = { fetched, stints, headSeq, visibleSeq: membership.lastSeq };
  return trimPull({ fromSeq, toSeq, backwards }, facts);
}

/** Earlier stints matter only to ranges that reach below the present one. */
async function readStints(
  { kysely }: StoreContext,
  { appId, userId, conversationId, fromSeq }: PullInput,
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

/** A membership of somebody who left ends at the leave, but the log may go on. */
async function readHeadSeq(
  { kysely }: StoreContext,
  { appId, conversationId }: PullInput,
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
