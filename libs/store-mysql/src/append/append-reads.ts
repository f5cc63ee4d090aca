import { CHANGE_KINDS } from '@queqiao/domain';
import type { ConversationMode, MemberFacts, MemberRole } from '../append-types.js';
import { headKey, memberKey, messageKey, type HeadKey, type KeyedItem } from './batch-keys.js';
import type { KnownEntry } from './known-entries.js';
import type { LockedHead } from './number-batch.js';
import { json, text } from './sql-text.js';

/** The database's clock in milliseconds, read when the row is: after the wait for its lock, unlike NOW(). */
const CLOCK = 'CAST(UNIX_TIMESTAMP(SYSDATE(3)) * 1000 AS SIGNED)';

/**
 * Locks exactly these heads, one after the other in the order of the list, which is that of the primary key. The list
 * drives the join: with a condition instead, a server that finds most of an app's heads in the batch walks, and locks, all
 * of the app's heads.
 */
export function lockHeads(heads: readonly HeadKey[], skipLocked: boolean): string {
  return (
    'SELECT STRAIGHT_JOIN c.app_id, c.conversation_id, c.last_seq, c.last_ordinal, c.shown_seq, c.member_version, ' +
    `c.leave_version, c.mode, c.flags, ${CLOCK} AS now_ms FROM ${headKeys(heads)} ${HEADS_JOIN} ` +
    `FOR UPDATE${skipLocked ? ' SKIP LOCKED' : ''}`
  );
}

/** Which of these heads exist, whoever holds them. */
export function findHeads(heads: readonly HeadKey[]): string {
  return `SELECT STRAIGHT_JOIN c.app_id, c.conversation_id FROM ${headKeys(heads)} ${HEADS_JOIN}`;
}

/**
 * Many keys at once, each found by one look-up in the index: the list comes as JSON and is joined to the table. A chain of
 * ORs finds the same rows, but its planning costs the server four times as much at 256 keys.
 */
const HEAD_KEYS = jsonTable(['app_id', 'conversation_id']);
const HEADS_JOIN =
  'JOIN conversations c FORCE INDEX (PRIMARY) ON c.app_id = k.app_id AND c.conversation_id = k.conversation_id';
const MESSAGE_KEYS = jsonTable(['app_id', 'conversation_id', 'sender', 'client_msg_id']);
const MEMBER_KEYS = jsonTable(['app_id', 'conversation_id', 'user_id']);

/** Of messages it does not matter what they say. */
const CHANGE_CONTENT = `IF(e.kind IN (${CHANGE_KINDS.map(text).join(',')}), e.content, x'')`;

/** Undefined when no item can be a retry. */
export function findStored(items: readonly KeyedItem[]): string | undefined {
  const keys = new Map<string, string[]>();
  for (const { message, item, sender } of items) {
    if (message === undefined) continue;
    keys.set(message, [item.appId, item.conversationId, sender, item.clientMsgId]);
  }
  if (keys.size === 0) return undefined;
  return (
    'SELECT STRAIGHT_JOIN e.app_id, e.conversation_id, e.sender, e.client_msg_id, e.seq, e.ordinal, e.created_ms, ' +
    `e.kind, ${CHANGE_CONTENT} FROM ${MESSAGE_KEYS([...keys.values()])} JOIN entries e FORCE INDEX (entries_by_message) ON e.app_id = k.app_id ` +
    'AND e.conversation_id = k.conversation_id AND e.sender = k.sender AND e.client_msg_id = k.client_msg_id'
  );
}

/** Senders and those whom entries name. Undefined when there is none. */
export function findMembers(items: readonly KeyedItem[]): string | undefined {
  const keys = new Map<string, string[]>();
  for (const { head, member, item, mentioned } of items) {
    const { appId, conversationId } = item;
    if (member !== undefined) keys.set(member, [appId, conversationId, item.sender.id]);
    for (const user of mentioned) keys.set(memberKey(head, user), [appId, conversationId, user]);
  }
  if (keys.size === 0) return undefined;
  return (
    'SELECT STRAIGHT_JOIN m.app_id, m.conversation_id, m.user_id, m.role, m.joined_seq, m.left_seq, m.flags, ' +
    'm.cleared_seq, m.muted_until_ms ' +
    `FROM ${MEMBER_KEYS([...keys.values()])} JOIN members m FORCE INDEX (PRIMARY) ON m.app_id = k.app_id ` +
    'AND m.user_id = k.user_id AND m.conversation_id = k.conversation_id'
  );
}

/**
 * Wider than any key column, so that a value that is too long finds nothing instead of being cut to one that exists. In
 * brackets, because MySQL refuses FOR UPDATE beside a bare JSON_TABLE (error 3569); both servers dissolve them.
 */
function jsonTable(columns: readonly string[]): (keys: readonly string[][]) => string {
  const type = 'VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin';
  const list = columns.map((name, index) => `${name} ${type} PATH '$[${index}]'`).join(', ');
  return (keys) =>
    `(SELECT ${columns.join(', ')} FROM JSON_TABLE(${json(keys)}, '$[*]' COLUMNS (${list})) k) k`;
}

function headKeys(heads: readonly HeadKey[]): string {
  const keys = heads.map(({ appId, conversationId }) => [appId, conversationId]);
  return HEAD_KEYS(keys);
}

export type HeadRow = [
  appId: string,
  conversationId: string,
  lastSeq: number,
  lastOrdinal: number,
  shownSeq: number,
  memberVersion: number,
  leaveVersion: number,
  mode: string,
  flags: number,
  nowMs: number,
];
export type StoredRow = [
  appId: string,
  conversationId: string,
  sender: string,
  clientMsgId: string,
  seq: number,
  ordinal: number,
  createdMs: number,
  kind: string,
  content: Buffer,
];
export type MemberRow = [
  appId: string,
  conversationId: string,
  userId: string,
  role: string,
  joinedSeq: number,
  leftSeq: number | null,
  flags: number,
  clearedSeq: number,
  mutedUntilMs: number,
];

export function readHeads(rows: readonly HeadRow[]): Map<string, LockedHead> {
  const heads = new Map<string, LockedHead>();
  for (const row of rows) {
    heads.set(headKey(row[0], row[1]), {
      lastSeq: row[2],
      lastOrdinal: row[3],
      shownSeq: row[4],
      memberVersion: row[5],
      leaveVersion: row[6],
      mode: row[7] as ConversationMode,
      flags: row[8],
      nowMs: row[9],
    });
  }
  return heads;
}

export function readStored(rows: readonly StoredRow[]): Map<string, KnownEntry> {
  const stored = new Map<string, KnownEntry>();
  for (const row of rows) {
    const [appId, conversationId, sender, clientMsgId, seq, ordinal, createdMs, kind, content] =
      row;
    const key = messageKey(headKey(appId, conversationId), sender, clientMsgId);
    const place = { status: 'duplicate', seq, ordinal, createdMs } as const;
    stored.set(key, { place, kind, content });
  }
  return stored;
}

export function readMembers(rows: readonly MemberRow[]): Map<string, MemberFacts> {
  const members = new Map<string, MemberFacts>();
  for (const row of rows) {
    const [appId, conversationId, userId, role, joinedSeq, leftSeq, flags] = row;
    const [, , , , , , , clearedSeq, mutedUntilMs] = row;
    const key = memberKey(headKey(appId, conversationId), userId);
    const stint = { role: role as MemberRole, joinedSeq, leftSeq };
    members.set(key, { ...stint, flags, clearedSeq, mutedUntilMs });
  }
  return members;
}
