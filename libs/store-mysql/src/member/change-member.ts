import { sql, type Transaction, type UpdateObject } from 'kysely';
import { whileWanted } from '../abandoned.js';
import { dispatchValues } from '../dispatch-store.js';
import { StoreDefect } from '../errors.js';
import type { MemberChange, MemberChangeResult } from '../member-types.js';
import type { Schema } from '../schema/schema.js';
import { retrying, type StoreContext } from '../store-context.js';
import { lockPair, readPair, type MemberKey, type MemberPair } from './member-pair.js';

export interface MemberPatch {
  readonly own: UpdateObject<Schema, 'members'>;
  /** How far the other side of a direct chat learns that was read. */
  readonly peerReadSeq?: number;
}

/** Null: nothing to change. Called with the rows locked. */
export type Decide = (
  pair: MemberPair,
  trx: Transaction<Schema>,
) => MemberPatch | null | Promise<MemberPatch | null>;

/**
 * One change of a member's row: locked, decided on what is there now, written with rev + 1 and a dispatch row. The answer is
 * the row as it is in this transaction, so that of two changes at once the one with the higher rev holds both.
 */
export function changeMember(
  store: StoreContext,
  input: MemberChange,
  decide: Decide,
): Promise<MemberChangeResult> {
  const context = whileWanted(store, input.signal);
  return retrying(context, () =>
    context.kysely.transaction().execute(async (trx): Promise<MemberChangeResult> => {
      await lockPair(trx, input);
      const before = await readPair(trx, input);
      if (before === null) return { status: 'not-found' };
      const patch = await decide(before, trx);
      if (patch === null) return { status: 'unchanged', membership: before.own };
      const peerChanged = await write(trx, input, before, patch);
      const after = await readPair(trx, input);
      if (after === null) throw new StoreDefect('a member row has vanished');
      const peer = peerChanged ? after.peer : null;
      const dispatchId = context.dispatchIds.next();
      await insertDispatch(trx, input, dispatchId, peer === null ? [after.own] : [after.own, peer]);
      return { status: 'changed', membership: after.own, peer, dispatchId };
    }),
  );
}

async function write(
  trx: Transaction<Schema>,
  input: MemberKey,
  { peer }: MemberPair,
  patch: MemberPatch,
): Promise<boolean> {
  await update(trx, input, patch.own);
  const { peerReadSeq } = patch;
  if (peer === null || peerReadSeq === undefined || peer.member.peerReadSeq >= peerReadSeq) {
    return false;
  }
  await update(
    trx,
    { ...input, userId: peer.member.userId },
    {
      peer_read_seq: peerReadSeq,
      // What was read has arrived.
      peer_delivered_seq: Math.max(peerReadSeq, peer.member.peerDeliveredSeq),
    },
  );
  return true;
}

async function update(
  trx: Transaction<Schema>,
  { appId, userId, conversationId }: MemberKey,
  values: UpdateObject<Schema, 'members'>,
): Promise<void> {
  await trx
    .updateTable('members')
    .set({ ...values, rev: sql<number>`rev + 1` })
    .where('app_id', '=', appId)
    .where('user_id', '=', userId)
    .where('conversation_id', '=', conversationId)
    .execute();
}

async function insertDispatch(
  trx: Transaction<Schema>,
  { appId, conversationId, owner, dispatchDelayMs }: MemberChange,
  dispatchId: string,
  changed: readonly MemberPair['own'][],
): Promise<void> {
  const states = changed.map(({ member: { userId } }) => ({ appId, userId, conversationId }));
  await trx
    .insertInto('dispatch')
    .values(dispatchValues(dispatchId, owner, dispatchDelayMs, { ranges: [], states }))
    .execute();
}
