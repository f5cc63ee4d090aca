import type { AppId, ConversationId, Stint, UserId } from '@queqiao/domain';
import type { EntryRecord, Membership } from '../conversation-types.js';
import { HIDDEN_MAX_SEQS } from '../member-types.js';
import { select, type StoreContext } from '../store-context.js';
import type { PullFacts } from './trim-pull.js';
import { visibleSpans } from './visible-spans.js';

/** What was read of one log, and the member's row as it was after that. */
export interface FetchedLog {
  readonly conversationId: ConversationId;
  /** First seq that was asked for. */
  readonly fromSeq: number;
  readonly fetched: readonly EntryRecord[];
  readonly membership: Membership;
}

interface Key {
  readonly appId: AppId;
  readonly userId: UserId;
}

export function stintsSql(count: number): string {
  const list = Array.from({ length: count }, () => '?').join(', ');
  return (
    'SELECT s.conversation_id, s.joined_seq, s.left_seq FROM member_stints s FORCE INDEX (PRIMARY) ' +
    `WHERE s.app_id = ? AND s.user_id = ? AND s.conversation_id IN (${list})`
  );
}

export function hiddenSql(count: number): string {
  const one = '(h.conversation_id = ? AND h.seq BETWEEN ? AND ?)';
  const ranges = Array.from({ length: count }, () => one).join(' OR ');
  return (
    'SELECT h.conversation_id, h.seq FROM hidden_entries h FORCE INDEX (PRIMARY) ' +
    `WHERE h.app_id = ? AND h.user_id = ? AND (${ranges})`
  );
}

/**
 * What decides which of the entries that were read a user may see, log by log. Most members' rows say everything; what they
 * do not say takes two reads at most, whatever the number of logs.
 */
export async function pullFacts(
  context: StoreContext,
  key: Key,
  logs: readonly FetchedLog[],
): Promise<ReadonlyMap<ConversationId, PullFacts>> {
  const stints = await readStints(context, key, logs);
  const hidden = await readHidden(context, key, logs);
  const facts = new Map<ConversationId, PullFacts>();
  for (const { conversationId, fetched, membership } of logs) {
    const { member, headSeq, lastSeq: visibleSeq } = membership;
    const all = [...(stints.get(conversationId) ?? []), member];
    const seqs = hidden.get(conversationId) ?? member.hiddenSeqs;
    const spans = visibleSpans(all, member.clearedSeq, seqs);
    facts.set(conversationId, { fetched, stints: spans, headSeq, visibleSeq });
  }
  return facts;
}

/** Earlier stints matter only to ranges that reach below the present one. */
async function readStints(
  context: StoreContext,
  { appId, userId }: Key,
  logs: readonly FetchedLog[],
): Promise<Map<ConversationId, Stint[]>> {
  const below = logs.filter(({ fromSeq, membership }) => fromSeq <= membership.member.joinedSeq);
  if (below.length === 0) return new Map();
  const ids = below.map(({ conversationId }) => conversationId);
  type Row = { conversation_id: ConversationId; joined_seq: number; left_seq: number };
  const values = [appId, userId, ...ids];
  const rows = await select<Row>(context, 'stints', stintsSql(ids.length), values);
  return grouped(rows, (row) => ({ joinedSeq: row.joined_seq, leftSeq: row.left_seq }));
}

/**
 * A member's row names the newest hidden entries; only who has hidden more of a log than that has others in the range. At most
 * as many as entries were read.
 */
async function readHidden(
  context: StoreContext,
  { appId, userId }: Key,
  logs: readonly FetchedLog[],
): Promise<Map<ConversationId, number[]>> {
  const ranges = logs.flatMap(({ conversationId, fetched, membership }) => {
    const { hiddenSeqs } = membership.member;
    const [first, last] = [fetched[0]?.seq ?? 0, fetched.at(-1)?.seq ?? 0];
    const known = hiddenSeqs.length < HIDDEN_MAX_SEQS || first >= (hiddenSeqs[0] ?? 0);
    return fetched.length === 0 || known ? [] : [[conversationId, first, last] as const];
  });
  if (ranges.length === 0) return new Map();
  type Row = { conversation_id: ConversationId; seq: number };
  const values = [appId, userId, ...ranges.flat()];
  const rows = await select<Row>(context, 'hidden entries', hiddenSql(ranges.length), values);
  const found = grouped(rows, ({ seq }) => seq);
  for (const seqs of found.values()) seqs.sort((a, b) => a - b);
  return found;
}

function grouped<R extends { conversation_id: ConversationId }, T>(
  rows: readonly R[],
  valueOf: (row: R) => T,
): Map<ConversationId, T[]> {
  const groups = new Map<ConversationId, T[]>();
  for (const row of rows) {
    const group = groups.get(row.conversation_id);
    if (group === undefined) groups.set(row.conversation_id, [valueOf(row)]);
    else group.push(valueOf(row));
  }
  return groups;
}
