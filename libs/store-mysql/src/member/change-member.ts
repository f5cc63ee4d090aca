import { sql, type Transaction, type UpdateObject } from 'kysely';
import type { UserId } from '@queqiao/domain';
import { demandWanted, whileWanted } from '../abandoned.js';
import {
  askAll,
  BEGIN,
  COMMIT,
  onConnection,
  statementOf,
  type OwnTransaction,
  type Query,
} from '../connection/round-trips.js';
import type { MembershipRow } from '../conversation/rows.js';
import { dispatchValues } from '../dispatch-store.js';
import { StoreDefect } from '../errors.js';
import type { MemberChange, MemberChangeResult } from '../member-types.js';
import type { Schema } from '../schema/schema.js';
import { retrying, type StoreContext } from '../store-context.js';
import { lockingPair, pairOf, toPair, type MemberKey, type MemberPair } from './member-pair.js';

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
 * One change of a member's row: locked, decided on what is there now, written with rev + 1 and a dispatch row, in two round trips
 * besides what `decide` asks. The answer is the row as it is in this transaction, so that of two changes at once the one with the higher
 * rev holds both.
 */
export function changeMember(
  store: StoreContext,
  input: MemberChange,
  decide: Decide,
): Promise<MemberChangeResult> {
  const context = whileWanted(store, input.signal);
  return retrying(context, () =>
    onConnection(context, (own) => attempt(context, own, input, decide)),
  );
}

async function attempt(
  { dispatchIds }: StoreContext,
  { connection, trx }: OwnTransaction,
  input: MemberChange,
  decide: Decide,
): Promise<MemberChangeResult> {
  const begun = await askAll(connection, 'member begin', {
    begin: BEGIN,
    lock: statementOf(trx, lockingPair(input)),
    pair: statementOf(trx, pairOf(input)),
  });
  const before = pairIn(input, begun.pair);
  const patch = before === null ? null : await decide(before, trx);
  demandWanted(input.signal);
  if (before === null || patch === null) {
    // What was decided may have left something all the same.
    await askAll(connection, 'member end', { commit: COMMIT }, 'commit');
    if (before === null) return { status: 'not-found' };
    return { status: 'unchanged', membership: before.own };
  }
  const dispatchId = dispatchIds.next();
  const peer = changedPeer(before, patch);
  const ended = await askAll(
    connection,
    'member end',
    {
      own: statementOf(trx, update(trx, input, patch.own)),
      peer: peer && statementOf(trx, update(trx, { ...input, userId: peer.userId }, peer.values)),
      pair: statementOf(trx, pairOf(input)),
      dispatch: statementOf(trx, insertDispatch(trx, input, { dispatchId, peer: peer?.userId })),
      commit: COMMIT,
    },
    'commit',
  );
  const after = pairIn(input, ended.pair);
  if (after === null) throw new StoreDefect('a member row has vanished');
  return { status: 'changed', membership: after.own, peer: peer && after.peer, dispatchId };
}

function pairIn(key: MemberKey, rows: unknown): MemberPair | null {
  return toPair(key, rows as MembershipRow[]);
}

/** Null: there is none, or the other side knows as much already. */
function changedPeer({ peer }: MemberPair, { peerReadSeq }: MemberPatch) {
  if (peer === null || peerReadSeq === undefined || peer.member.peerReadSeq >= peerReadSeq) {
    return null;
  }
  const { userId, peerDeliveredSeq } = peer.member;
  const values = {
    peer_read_seq: peerReadSeq,
    // What was read has arrived.
    peer_delivered_seq: Math.max(peerReadSeq, peerDeliveredSeq),
  };
  return { userId, values };
}

function update(
  trx: Transaction<Schema>,
  { appId, userId, conversationId }: MemberKey,
  values: UpdateObject<Schema, 'members'>,
): Query {
  return trx
    .updateTable('members')
    .set({ ...values, rev: sql<number>`rev + 1` })
    .where('app_id', '=', appId)
    .where('user_id', '=', userId)
    .where('conversation_id', '=', conversationId);
}

function insertDispatch(
  trx: Transaction<Schema>,
  { appId, userId, conversationId, owner, dispatchDelayMs }: MemberChange,
  { dispatchId, peer }: { readonly dispatchId: string; readonly peer: UserId | undefined },
): Query {
  const changed = peer === undefined ? [userId] : [userId, peer];
  const states = changed.map((id) => ({ appId, userId: id, conversationId }));
  return trx
    .insertInto('dispatch')
    .values(dispatchValues(dispatchId, owner, dispatchDelayMs, { ranges: [], states }));
}
