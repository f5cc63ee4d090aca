import { visibleLastSeq } from '@queqiao/domain';
import { sql, type Transaction } from 'kysely';
import type { AdvanceReadInput, AdvanceReadResult, Membership } from '../conversation-types.js';
import { dispatchValues } from '../dispatch-store.js';
import { StoreDefect } from '../errors.js';
import type { Schema } from '../schema/schema.js';
import { retrying, type StoreContext } from '../store-context.js';
import { readMember } from './conversation-reads.js';
import { MEMBERSHIP_COLUMNS, toMembership, type MembershipRow } from './rows.js';

/**
 * Greatest wins: a lower or equal seq changes nothing, needs no transaction and makes no push. Otherwise the cursor, its
 * ordinal, rev + 1 and the dispatch row are committed together.
 */
export async function advanceRead(
  context: StoreContext,
  input: AdvanceReadInput,
): Promise<AdvanceReadResult> {
  const { appId, userId, conversationId, seq } = input;
  return retrying(context, async () => {
    const membership = await readMember(context, appId, userId, conversationId);
    if (membership === null) return { status: 'not-found' };
    if (seq > visibleLastSeq(membership.member, membership.lastSeq)) {
      return { status: 'no-such-seq' };
    }
    if (seq <= membership.member.readSeq) return { status: 'unchanged', membership };
    return context.kysely.transaction().execute((trx) => move(trx, context, input));
  });
}

async function move(
  trx: Transaction<Schema>,
  context: StoreContext,
  input: AdvanceReadInput,
): Promise<AdvanceReadResult> {
  const { appId, userId, conversationId, seq, owner, dispatchDelayMs } = input;
  const ordinal = await ordinalAt(trx, input);
  const result = await trx
    .updateTable('members')
    .set({
      read_seq: seq,
      read_ordinal: sql<number>`GREATEST(read_ordinal, ${ordinal})`,
      rev: sql<number>`rev + 1`,
    })
    .where('app_id', '=', appId)
    .where('user_id', '=', userId)
    .where('conversation_id', '=', conversationId)
    .where('read_seq', '<', seq)
    .executeTakeFirst();
  const membership = await membershipIn(trx, input);
  if (result.numUpdatedRows === 0n) return { status: 'unchanged', membership };
  const dispatchId = context.dispatchIds.next();
  const states = [{ appId, userId, conversationId }];
  await trx
    .insertInto('dispatch')
    .values(dispatchValues(dispatchId, owner, dispatchDelayMs, { ranges: [], states }))
    .execute();
  return { status: 'moved', membership, dispatchId };
}

async function ordinalAt(trx: Transaction<Schema>, input: AdvanceReadInput): Promise<number> {
  const row = await trx
    .selectFrom('entries')
    .select('ordinal')
    .where('app_id', '=', input.appId)
    .where('conversation_id', '=', input.conversationId)
    .where('seq', '=', input.seq)
    .executeTakeFirst();
  if (row === undefined) throw new StoreDefect('a seq below the head has no entry');
  return row.ordinal;
}

async function membershipIn(
  trx: Transaction<Schema>,
  { appId, userId, conversationId }: AdvanceReadInput,
): Promise<Membership> {
  const columns = sql.raw(MEMBERSHIP_COLUMNS);
  const { rows } = await sql<MembershipRow>`
    SELECT ${columns} FROM members m JOIN conversations c
    ON c.app_id = m.app_id AND c.conversation_id = m.conversation_id
    WHERE m.app_id = ${appId} AND m.user_id = ${userId} AND m.conversation_id = ${conversationId}`.execute(
    trx,
  );
  if (rows[0] === undefined) throw new StoreDefect('a member row has vanished');
  return toMembership(rows[0]);
}
