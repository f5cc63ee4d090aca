import { DomainError } from '@queqiao/domain';
import type { Transaction } from 'kysely';
import { findAnswer, storeAnswer } from '../log/requests.js';
import {
  HIDDEN_MAX_SEQS,
  type MemberChange,
  type SeqChangeResult,
  type SettingsChange,
} from '../member-types.js';
import type { Schema } from '../schema/schema.js';
import type { StoreContext } from '../store-context.js';
import { ordinalAt, withoutMark } from './advance-read.js';
import { changeMember, type MemberPatch } from './change-member.js';
import { readPair, type MemberKey, type MemberPair } from './member-pair.js';
import { patchedSettings, storedSettings } from './stored-settings.js';

export async function updateSettings(
  context: StoreContext,
  input: SettingsChange,
): Promise<SeqChangeResult> {
  const missing = await checkSeqs(context, input, [input.throughSeq]);
  if (missing !== null) return missing;
  return changeMember(context, input, async ({ own: { member, lastSeq } }, trx) => {
    if (await isRepeated(trx, input)) return null;
    const through = input.throughSeq || lastSeq;
    const settings = storedSettings(patchedSettings(member.settings, input.patch, through));
    return settings === storedSettings(member.settings) ? null : { own: { settings } };
  });
}

/** Notes the request, so that it is carried out once, also when it changed nothing: others may have changed it back since. */
async function isRepeated(
  trx: Transaction<Schema>,
  { appId, conversationId, request }: SettingsChange,
): Promise<boolean> {
  if (request === null) return false;
  const found = await findAnswer(trx, appId, request);
  if (found === undefined) await storeAnswer(trx, appId, request, conversationId);
  else if (found.answer !== conversationId) {
    const field = 'client_request_id';
    throw new DomainError('ALREADY_EXISTS', 'the id was used for another conversation', { field });
  }
  return found !== undefined;
}

/** Entries that are committed while this runs have seqs above the cleared ones and stay. */
export async function clearHistory(
  context: StoreContext,
  input: MemberChange & { readonly throughSeq: number },
): Promise<SeqChangeResult> {
  const missing = await checkSeqs(context, input, [input.throughSeq]);
  if (missing !== null) return missing;
  return changeMember(context, input, async (pair, trx) => {
    const { lastSeq, lastOrdinal } = pair.own;
    const seq = input.throughSeq || lastSeq;
    if (isCleared(pair, seq)) return null;
    await forgetHidden(trx, input, seq);
    const ordinal = seq === lastSeq ? lastOrdinal : await ordinalAt(trx, { ...input, seq });
    return clearing(pair, seq, ordinal);
  });
}

function isCleared({ own: { member } }: MemberPair, seq: number): boolean {
  const { clearedSeq, readSeq, settings } = member;
  return clearedSeq >= seq && readSeq >= seq && settings.markedUnread !== true;
}

function clearing({ own: { member } }: MemberPair, seq: number, ordinal: number): MemberPatch {
  const readSeq = Math.max(member.readSeq, seq);
  const hidden = member.hiddenSeqs.filter((one) => one > seq);
  return {
    own: {
      cleared_seq: Math.max(member.clearedSeq, seq),
      read_seq: readSeq,
      read_ordinal: Math.max(member.readOrdinal, ordinal),
      hidden_seqs: hidden.length === 0 ? null : JSON.stringify(hidden),
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
  const missing = await checkSeqs(context, input, input.seqs);
  if (missing !== null) return missing;
  return changeMember(context, input, ({ own: { member } }, trx) => {
    const open = input.seqs.filter((seq) => seq > member.clearedSeq);
    const seqs = [...new Set(open)].sort((a, b) => a - b);
    return hide(trx, input, seqs, member.hiddenSeqs);
  });
}

/** Null: the user may see the log as far as that. Logs grow only, so that it stays true. */
async function checkSeqs(
  { kysely }: StoreContext,
  key: MemberKey,
  seqs: readonly number[],
): Promise<SeqChangeResult | null> {
  if (seqs.every((seq) => seq === 0)) return null;
  const pair = await readPair(kysely, key);
  if (pair === null) return { status: 'not-found' };
  const ahead = seqs.find((seq) => seq > pair.own.lastSeq);
  return ahead === undefined ? null : { status: 'no-such-seq', seq: ahead };
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
