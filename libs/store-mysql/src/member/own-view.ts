import type { Transaction } from 'kysely';
import {
  HIDDEN_MAX_SEQS,
  type MemberChange,
  type MemberChangeResult,
  type SeqChangeResult,
  type SettingsPatch,
} from '../member-types.js';
import type { Schema } from '../schema/schema.js';
import type { StoreContext } from '../store-context.js';
import { withoutMark } from './advance-read.js';
import { changeMember, type MemberPatch } from './change-member.js';
import { readPair, type MemberKey, type MemberPair } from './member-pair.js';
import { patchedSettings, storedSettings } from './stored-settings.js';

export function updateSettings(
  context: StoreContext,
  input: MemberChange & { readonly patch: SettingsPatch },
): Promise<MemberChangeResult> {
  return changeMember(context, input, ({ own }) => {
    const settings = storedSettings(patchedSettings(own, input.patch));
    return settings === storedSettings(own.member.settings) ? null : { own: { settings } };
  });
}

/** Entries that are committed while this runs have seqs above the cleared ones and stay. */
export function clearHistory(
  context: StoreContext,
  input: MemberChange,
): Promise<MemberChangeResult> {
  return changeMember(context, input, async (pair, trx) => {
    const patch = clearing(pair);
    if (patch !== null) await forgetHidden(trx, input, pair.own.lastSeq);
    return patch;
  });
}

function clearing({ own: { member, lastSeq, lastOrdinal } }: MemberPair): MemberPatch | null {
  const done = member.clearedSeq >= lastSeq && member.readSeq >= lastSeq;
  if (done && member.settings.markedUnread !== true) return null;
  const readSeq = Math.max(member.readSeq, lastSeq);
  return {
    own: {
      cleared_seq: Math.max(member.clearedSeq, lastSeq),
      read_seq: readSeq,
      read_ordinal: Math.max(member.readOrdinal, lastOrdinal),
      hidden_seqs: null,
      settings: storedSettings(withoutMark(member.settings)),
    },
    peerReadSeq: readSeq,
  };
}

/** What is cleared needs no hiding of its own. */
async function forgetHidden(trx: Transaction<Schema>, key: MemberKey, upTo: number): Promise<void> {
  await trx
    .deleteFrom('hidden_entries')
    .where('app_id', '=', key.appId)
    .where('user_id', '=', key.userId)
    .where('conversation_id', '=', key.conversationId)
    .where('seq', '<=', upTo)
    .execute();
}

export async function deleteForMe(
  context: StoreContext,
  input: MemberChange & { readonly seqs: readonly number[] },
): Promise<SeqChangeResult> {
  if (input.seqs.length > HIDDEN_MAX_SEQS) {
    throw new RangeError(`at most HIDDEN_MAX_SEQS (${HIDDEN_MAX_SEQS}) seqs`);
  }
  const pair = await readPair(context.kysely, input);
  if (pair === null) return { status: 'not-found' };
  const ahead = input.seqs.find((seq) => seq > pair.own.lastSeq);
  if (ahead !== undefined) return { status: 'no-such-seq', seq: ahead };
  return changeMember(context, input, ({ own: { member } }, trx) => {
    const open = input.seqs.filter((seq) => seq > member.clearedSeq);
    const seqs = [...new Set(open)].sort((a, b) => a - b);
    return hide(trx, input, seqs, member.hiddenSeqs);
  });
}

async function hide(
  trx: Transaction<Schema>,
  { appId, userId, conversationId }: MemberKey,
  seqs: readonly number[],
  before: readonly number[],
): Promise<MemberPatch | null> {
  if (seqs.length === 0) return null;
  const key = { app_id: appId, user_id: userId, conversation_id: conversationId };
  const { numInsertedOrUpdatedRows: added } = await trx
    .insertInto('hidden_entries')
    .ignore()
    .values(seqs.map((seq) => ({ ...key, seq })))
    .executeTakeFirstOrThrow();
  if (added === 0n) return null;
  const all = [...new Set([...before, ...seqs])].sort((a, b) => a - b);
  return { own: { hidden_seqs: JSON.stringify(all.slice(-HIDDEN_MAX_SEQS)) } };
}
