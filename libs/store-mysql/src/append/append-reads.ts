import type { AppendStored, ConversationMode, MemberFacts, MemberRole } from '../append-types.js';
import { headKey, memberKey, messageKey, type HeadKey, type KeyedItem } from './batch-keys.js';
import type { LockedHead } from './number-batch.js';
import { text } from './sql-text.js';

/** The database's clock in milliseconds, read when the row is: after the wait for its lock, unlike NOW(). */
const CLOCK = 'CAST(UNIX_TIMESTAMP(SYSDATE(3)) * 1000 AS SIGNED)';

/** Locks heads in the order of the primary key; the index is forced so that no plan can lock in another one. */
export function lockHeads(heads: readonly HeadKey[], skipLocked: boolean): string {
  return (
    'SELECT app_id, conversation_id, last_seq, last_ordinal, shown_seq, member_version, leave_version, mode, ' +
    `${CLOCK} FROM conversations FORCE INDEX (PRIMARY) WHERE ${headCondition(heads)} ` +
    `ORDER BY app_id, conversation_id FOR UPDATE${skipLocked ? ' SKIP LOCKED' : ''}`
  );
}

/** Which of these heads exist, whoever holds them. */
export function findHeads(heads: readonly HeadKey[]): string {
  return (
    'SELECT app_id, conversation_id FROM conversations FORCE INDEX (PRIMARY) ' +
    `WHERE ${headCondition(heads)}`
  );
}

/** Undefined when no item can be a retry. */
export function findStored(items: readonly KeyedItem[]): string | undefined {
  const groups = new Map<string, { item: KeyedItem; ids: Set<string> }>();
  for (const keyed of items) {
    if (keyed.message === undefined) continue;
    const key = memberKey(keyed.head, keyed.sender);
    const group = groups.get(key) ?? { item: keyed, ids: new Set() };
    group.ids.add(text(keyed.item.clientMsgId));
    groups.set(key, group);
  }
  if (groups.size === 0) return undefined;
  const conditions = [...groups.values()].map(
    ({ item: { item, sender }, ids }) =>
      `(app_id = ${text(item.appId)} AND conversation_id = ${text(item.conversationId)} ` +
      `AND sender = ${text(sender)} AND client_msg_id ${oneOf([...ids])})`,
  );
  return (
    'SELECT app_id, conversation_id, sender, client_msg_id, seq, ordinal, created_ms ' +
    `FROM entries FORCE INDEX (entries_by_message) WHERE ${conditions.join(' OR ')}`
  );
}

/** Undefined when no sender is a user. */
export function findMembers(items: readonly KeyedItem[]): string | undefined {
  const conditions = new Map<string, string>();
  for (const { member, item } of items) {
    if (member === undefined || conditions.has(member)) continue;
    conditions.set(
      member,
      `(app_id = ${text(item.appId)} AND user_id = ${text(item.sender.id)} ` +
        `AND conversation_id = ${text(item.conversationId)})`,
    );
  }
  if (conditions.size === 0) return undefined;
  return (
    'SELECT app_id, conversation_id, user_id, role, joined_seq, left_seq, flags ' +
    `FROM members FORCE INDEX (PRIMARY) WHERE ${[...conditions.values()].join(' OR ')}`
  );
}

function headCondition(heads: readonly HeadKey[]): string {
  const byApp = new Map<string, string[]>();
  for (const { appId, conversationId } of heads) {
    const ids = byApp.get(appId);
    if (ids === undefined) byApp.set(appId, [text(conversationId)]);
    else ids.push(text(conversationId));
  }
  return [...byApp]
    .map(([appId, ids]) => `(app_id = ${text(appId)} AND conversation_id ${oneOf(ids)})`)
    .join(' OR ');
}

function oneOf(literals: readonly string[]): string {
  return literals.length === 1 ? `= ${literals[0]}` : `IN (${literals.join(',')})`;
}

export type HeadRow = [string, string, number, number, number, number, number, string, number];
export type StoredRow = [string, string, string, string, number, number, number];
export type MemberRow = [string, string, string, string, number, number | null, number];

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
      nowMs: row[8],
    });
  }
  return heads;
}

export function readStored(rows: readonly StoredRow[]): Map<string, AppendStored> {
  const stored = new Map<string, AppendStored>();
  for (const [appId, conversationId, sender, clientMsgId, seq, ordinal, createdMs] of rows) {
    const key = messageKey(headKey(appId, conversationId), sender, clientMsgId);
    stored.set(key, { status: 'duplicate', seq, ordinal, createdMs });
  }
  return stored;
}

export function readMembers(rows: readonly MemberRow[]): Map<string, MemberFacts> {
  const members = new Map<string, MemberFacts>();
  for (const [appId, conversationId, userId, role, joinedSeq, leftSeq, flags] of rows) {
    const key = memberKey(headKey(appId, conversationId), userId);
    members.set(key, { role: role as MemberRole, joinedSeq, leftSeq, flags });
  }
  return members;
}
