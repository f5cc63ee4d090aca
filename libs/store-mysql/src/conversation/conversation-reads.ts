import type { AppId, ConversationId, UserId } from '@queqiao/domain';
import type {
  ConversationHead,
  EntryRecord,
  MemberList,
  Membership,
  SeqRange,
  ShownEntry,
} from '../conversation-types.js';
import { select, type StoreContext } from '../store-context.js';
import {
  ENTRY_COLUMNS,
  MEMBERSHIP_COLUMNS,
  toEntry,
  toMembership,
  type EntryRow,
  type MembershipRow,
} from './rows.js';

/** Entries of one look-up by primary key, and conversations of one look-up of heads. */
export const SHOWN_MAX_ENTRIES = 500;
/** Entries of one range. Not below APPEND_MAX_ITEMS: the recovery reads what one batch wrote to a conversation as one range. */
export const RANGE_MAX_ENTRIES = 1_024;

/** The plan is fixed by hand: one range of the user's rows, then one row of each head by primary key. */
export const MEMBERSHIPS_SQL =
  `SELECT STRAIGHT_JOIN ${MEMBERSHIP_COLUMNS} FROM members m FORCE INDEX (PRIMARY) ` +
  'JOIN conversations c FORCE INDEX (PRIMARY) ' +
  'ON c.app_id = m.app_id AND c.conversation_id = m.conversation_id ' +
  'WHERE m.app_id = ? AND m.user_id = ?';

export const MEMBER_SQL = `${MEMBERSHIPS_SQL} AND m.conversation_id = ?`;

const RANGE_SQL =
  `SELECT ${ENTRY_COLUMNS} FROM entries e FORCE INDEX (PRIMARY) ` +
  'WHERE e.app_id = ? AND e.conversation_id = ? AND e.seq BETWEEN ? AND ? ORDER BY e.seq';

/** One statement, so that the version belongs to the list. */
export const MEMBER_LIST_SQL =
  'SELECT c.member_version, m.user_id, m.joined_seq, m.left_seq ' +
  'FROM conversations c FORCE INDEX (PRIMARY) ' +
  'LEFT JOIN members m FORCE INDEX (members_by_conversation) ' +
  'ON m.app_id = c.app_id AND m.conversation_id = c.conversation_id ' +
  'AND (m.left_seq IS NULL OR m.left_seq >= ?) ' +
  'WHERE c.app_id = ? AND c.conversation_id = ?';

/** The list comes as JSON and is joined: names of groups are wanted also where no entry is. */
export const SHOWN_ENTRIES_SQL =
  `SELECT STRAIGHT_JOIN k.conversation_id AS wanted_id, ${ENTRY_COLUMNS}, g.name AS group_name ` +
  "FROM (SELECT conversation_id, seq FROM JSON_TABLE(?, '$[*]' COLUMNS (" +
  "conversation_id VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin PATH '$[0]', seq BIGINT PATH '$[1]')) k) k " +
  'LEFT JOIN entries e FORCE INDEX (PRIMARY) ' +
  'ON e.app_id = ? AND e.conversation_id = k.conversation_id AND e.seq = k.seq ' +
  'LEFT JOIN group_info g FORCE INDEX (PRIMARY) ON g.app_id = ? AND g.conversation_id = k.conversation_id';

export async function readMemberships(
  context: StoreContext,
  appId: AppId,
  userId: UserId,
): Promise<Membership[]> {
  const values = [appId, userId];
  const rows = await select<MembershipRow>(context, 'memberships', MEMBERSHIPS_SQL, values);
  return rows.map(toMembership);
}

export async function readMember(
  context: StoreContext,
  appId: AppId,
  userId: UserId,
  conversationId: ConversationId,
): Promise<Membership | null> {
  const values = [appId, userId, conversationId];
  const [row] = await select<MembershipRow>(context, 'member', MEMBER_SQL, values);
  return row === undefined ? null : toMembership(row);
}

export async function readShownEntries(
  context: StoreContext,
  appId: AppId,
  wanted: readonly { conversationId: ConversationId; seq: number }[],
): Promise<ShownEntry[]> {
  if (wanted.length > SHOWN_MAX_ENTRIES) {
    throw new RangeError(`at most SHOWN_MAX_ENTRIES (${SHOWN_MAX_ENTRIES}) entries`);
  }
  if (wanted.length === 0) return [];
  const keys = JSON.stringify(wanted.map(({ conversationId, seq }) => [conversationId, seq]));
  type Row = { wanted_id: ConversationId; group_name: string | null } & (EntryRow | { seq: null });
  const values = [keys, appId, appId];
  const rows = await select<Row>(context, 'shown entries', SHOWN_ENTRIES_SQL, values);
  return rows.map((row) => ({
    conversationId: row.wanted_id,
    entry: row.seq === null ? null : toEntry(row),
    groupName: row.group_name,
  }));
}

export async function readRange(
  context: StoreContext,
  appId: AppId,
  conversationId: ConversationId,
  { fromSeq, toSeq }: SeqRange,
  { limit, backwards }: { limit: number; backwards: boolean },
): Promise<EntryRecord[]> {
  const statement = `${RANGE_SQL}${backwards ? ' DESC' : ''} LIMIT ?`;
  const rows = await select<EntryRow>(context, 'entries', statement, [
    appId,
    conversationId,
    fromSeq,
    toSeq,
    Math.min(limit, RANGE_MAX_ENTRIES),
  ]);
  const entries = rows.map(toEntry);
  return backwards ? entries.reverse() : entries;
}

export async function readMemberList(
  context: StoreContext,
  appId: AppId,
  conversationId: ConversationId,
  leftSinceSeq: number,
): Promise<MemberList | null> {
  const rows = await select<{
    member_version: number;
    user_id: UserId | null;
    joined_seq: number;
    left_seq: number | null;
  }>(context, 'member list', MEMBER_LIST_SQL, [leftSinceSeq, appId, conversationId]);
  const [first] = rows;
  if (first === undefined) return null;
  const members = rows.flatMap(({ user_id: userId, joined_seq: joinedSeq, left_seq: leftSeq }) =>
    userId === null ? [] : [{ userId, joinedSeq, leftSeq }],
  );
  return { version: first.member_version, members };
}

export async function readHeads(
  context: StoreContext,
  appId: AppId,
  conversationIds: readonly ConversationId[],
): Promise<ConversationHead[]> {
  if (conversationIds.length === 0) return [];
  const rows = await context.kysely
    .selectFrom('conversations')
    .select(['conversation_id', 'member_version', 'leave_version', 'mode', 'last_seq'])
    .where('app_id', '=', appId)
    .where('conversation_id', 'in', conversationIds)
    .execute();
  return rows.map((row) => ({
    conversationId: row.conversation_id,
    memberVersion: row.member_version,
    leaveVersion: row.leave_version,
    mode: row.mode,
    lastSeq: row.last_seq,
  }));
}
