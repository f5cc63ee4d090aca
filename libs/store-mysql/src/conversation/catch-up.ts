import type { AppId, ConversationId, UserId } from '@queqiao/domain';
import type { CatchUpResult, EntryRecord, Membership } from '../conversation-types.js';
import { select, type StoreContext } from '../store-context.js';
import { pullFacts, type FetchedLog } from './pull-facts.js';
import {
  ENTRY_COLUMNS,
  MEMBERSHIP_COLUMNS,
  toEntry,
  toMembership,
  type EntryRow,
  type MembershipRow,
} from './rows.js';
import { PULL_MAX_BYTES, trimPull } from './trim-pull.js';

/** Conversations of one catch-up. */
export const CATCH_UP_MAX_CONVERSATIONS = 100;
/** Entries of one catch-up, and of each of its conversations. */
export const CATCH_UP_MAX_ENTRIES = 500;
export const CATCH_UP_MAX_ENTRIES_EACH = 100;

interface Wanted {
  readonly conversationId: ConversationId;
  readonly fromSeq: number;
}
interface Range extends Wanted {
  readonly toSeq: number;
}

export function membershipsOfSql(count: number): string {
  const list = Array.from({ length: count }, () => '?').join(', ');
  return (
    `SELECT STRAIGHT_JOIN ${MEMBERSHIP_COLUMNS} FROM members m FORCE INDEX (PRIMARY) ` +
    'JOIN conversations c FORCE INDEX (PRIMARY) ' +
    'ON c.app_id = m.app_id AND c.conversation_id = m.conversation_id ' +
    `WHERE m.app_id = ? AND m.user_id = ? AND m.conversation_id IN (${list})`
  );
}

/** Ranges are spelled out, because a join with a list of them would read each log from its beginning. */
export function rangesSql(count: number): string {
  const one = '(e.conversation_id = ? AND e.seq BETWEEN ? AND ?)';
  const ranges = Array.from({ length: count }, () => one).join(' OR ');
  return `SELECT ${ENTRY_COLUMNS} FROM entries e FORCE INDEX (PRIMARY) WHERE e.app_id = ? AND (${ranges})`;
}

/**
 * Three reads whatever the number of conversations: how long their logs are, to share out what one answer may hold; the
 * entries; and then the members' rows, because a row that was read before the entries says nothing about a leave since. One
 * more each for what the rows do not say: earlier stints, and hidden entries beyond those that a row names.
 */
export async function catchUp(
  context: StoreContext,
  appId: AppId,
  userId: UserId,
  wanted: readonly Wanted[],
): Promise<CatchUpResult[]> {
  if (wanted.length > CATCH_UP_MAX_CONVERSATIONS) {
    throw new RangeError(`at most CATCH_UP_MAX_CONVERSATIONS (${CATCH_UP_MAX_CONVERSATIONS})`);
  }
  if (wanted.length === 0) return [];
  const ids = wanted.map(({ conversationId }) => conversationId);
  const ranges = shareOut(wanted, await readMemberships(context, appId, userId, ids));
  const fetched = await readRanges(context, appId, ranges);
  const members = await readMemberships(context, appId, userId, ids);
  const answered = withinBytes(ranges, fetched, members);
  const logs = answered.filter((each) => 'membership' in each);
  const facts = await pullFacts(context, { appId, userId }, logs);
  return answered.map(({ conversationId, fromSeq }) => {
    const known = facts.get(conversationId);
    const range = { fromSeq, toSeq: 0, backwards: false };
    return { conversationId, result: known === undefined ? null : trimPull(range, known) };
  });
}

/** Ranges in their order, as many as one answer holds; those of conversations that the user is not in take no room. */
function withinBytes(
  ranges: readonly Range[],
  fetched: ReadonlyMap<string, readonly EntryRecord[]>,
  members: ReadonlyMap<string, Membership>,
): (FetchedLog | Range)[] {
  const answered: (FetchedLog | Range)[] = [];
  let bytes = 0;
  for (const range of ranges) {
    const { conversationId, fromSeq } = range;
    const membership = members.get(conversationId);
    if (membership === undefined) {
      answered.push(range);
      continue;
    }
    const entries = fitting(fetched.get(conversationId) ?? [], bytes);
    if (entries === null) break;
    bytes += sizeOf(entries);
    answered.push({ conversationId, fromSeq, fetched: entries, membership });
  }
  return answered;
}

/** Ranges from which everything that is read can be answered, as far as there is room; the rest is left for the next call. */
function shareOut(wanted: readonly Wanted[], members: ReadonlyMap<string, Membership>): Range[] {
  const ranges: Range[] = [];
  let left = CATCH_UP_MAX_ENTRIES;
  for (const { conversationId, fromSeq } of wanted) {
    const lastSeq = members.get(conversationId)?.lastSeq ?? 0;
    const missing = Math.max(0, lastSeq - fromSeq + 1);
    if (missing > 0 && left === 0) break;
    const count = Math.min(missing, left, CATCH_UP_MAX_ENTRIES_EACH);
    ranges.push({ conversationId, fromSeq, toSeq: fromSeq + count - 1 });
    left -= count;
  }
  return ranges;
}

/** The first entries for which there is room; null: not even for one. An empty answer has room for one of any size. */
function fitting(entries: readonly EntryRecord[], used: number): readonly EntryRecord[] | null {
  let size = used;
  const end = entries.findIndex(({ content }) => {
    size += content.byteLength;
    return size > PULL_MAX_BYTES;
  });
  if (end < 0) return entries;
  if (end === 0) return used === 0 ? entries.slice(0, 1) : null;
  return entries.slice(0, end);
}

function sizeOf(entries: readonly EntryRecord[]): number {
  return entries.reduce((sum, { content }) => sum + content.byteLength, 0);
}

async function readMemberships(
  context: StoreContext,
  appId: AppId,
  userId: UserId,
  ids: readonly ConversationId[],
): Promise<Map<string, Membership>> {
  const statement = membershipsOfSql(ids.length);
  const values = [appId, userId, ...ids];
  const rows = await select<MembershipRow>(context, 'members to catch up', statement, values);
  return new Map(rows.map((row) => [row.conversation_id, toMembership(row)]));
}

async function readRanges(
  context: StoreContext,
  appId: AppId,
  ranges: readonly Range[],
): Promise<Map<string, EntryRecord[]>> {
  const some = ranges.filter(({ fromSeq, toSeq }) => toSeq >= fromSeq);
  const found = new Map<string, EntryRecord[]>();
  if (some.length === 0) return found;
  const bounds = some.flatMap(({ conversationId, fromSeq, toSeq }) => [
    conversationId,
    fromSeq,
    toSeq,
  ]);
  const statement = rangesSql(some.length);
  const rows = await select<EntryRow>(context, 'entries to catch up', statement, [
    appId,
    ...bounds,
  ]);
  for (const entry of rows.map(toEntry)) {
    const list = found.get(entry.conversationId);
    if (list === undefined) found.set(entry.conversationId, [entry]);
    else list.push(entry);
  }
  for (const list of found.values()) list.sort((a, b) => a.seq - b.seq);
  return found;
}
