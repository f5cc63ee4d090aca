import type { MemberSettings } from '@queqiao/domain';
import { sql, type Kysely } from 'kysely';
import { StoreDefect } from '../errors.js';
import type { MemberChange, SeqChangeResult } from '../member-types.js';
import type { Schema } from '../schema/schema.js';
import type { StoreContext } from '../store-context.js';
import { changeMember, type MemberPatch } from './change-member.js';
import { readPair, type MemberKey, type MemberPair } from './member-pair.js';
import { storedSettings } from './stored-settings.js';

type Input = MemberChange & { readonly seq: number };

/** Greatest wins: what changes nothing needs no transaction and makes no push. */
export async function advanceRead(context: StoreContext, input: Input): Promise<SeqChangeResult> {
  const { seq } = input;
  const pair = await readPair(context.kysely, input);
  if (pair === null) return { status: 'not-found' };
  if (seq > pair.own.lastSeq) return { status: 'no-such-seq', seq };
  if (isDone(pair, seq)) return { status: 'unchanged', membership: pair.own };
  const ordinal = await ordinalAt(context.kysely, input);
  return changeMember(context, input, (now) => move(now, seq, ordinal));
}

function move(pair: MemberPair, seq: number, ordinal: number): MemberPatch | null {
  if (isDone(pair, seq)) return null;
  const { member } = pair.own;
  const readSeq = Math.max(member.readSeq, seq);
  return {
    own: {
      read_seq: readSeq,
      read_ordinal: Math.max(member.readOrdinal, ordinal),
      delivered_seq: sql<number>`GREATEST(delivered_seq, ${readSeq})`,
      settings: storedSettings(withoutMark(member.settings)),
    },
    peerReadSeq: readSeq,
  };
}

/** An author's own cursor moves with what one writes, which the other side is told only by a mark. */
function isDone({ own: { member }, peer }: MemberPair, seq: number): boolean {
  const told = peer === null || peer.member.peerReadSeq >= seq;
  return member.readSeq >= seq && told && member.settings.markedUnread !== true;
}

export function withoutMark(settings: MemberSettings): MemberSettings {
  const { markedUnread: _mark, ...rest } = settings;
  return rest;
}

export async function ordinalAt(
  db: Kysely<Schema>,
  input: MemberKey & { readonly seq: number },
): Promise<number> {
  const row = await db
    .selectFrom('entries')
    .select('ordinal')
    .where('app_id', '=', input.appId)
    .where('conversation_id', '=', input.conversationId)
    .where('seq', '=', input.seq)
    .executeTakeFirst();
  if (row === undefined) throw new StoreDefect('a seq below the head has no entry');
  return row.ordinal;
}
