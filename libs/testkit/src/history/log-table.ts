import { parseSenderKey } from '@queqiao/domain';
import { Content, Entry, Entry_State, Sender_Kind } from '@queqiao/protocol/client';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import {
  placeOf,
  reactionKey,
  type Membership,
  type Stint,
  type StoredSettings,
} from './history-input.js';

const KINDS = {
  user: Sender_Kind.USER,
  system: Sender_Kind.SYSTEM,
  business: Sender_Kind.BUSINESS,
} as const;

/** Rows of a query, over a connection of its own. */
export async function queryRows(
  databaseUrl: string,
  sql: string,
  values: readonly (string | number)[] = [],
): Promise<RowDataPacket[]> {
  const connection = await createConnection({ uri: databaseUrl });
  try {
    const [rows] = await connection.query<RowDataPacket[]>(sql, [...values]);
    return rows;
  } finally {
    connection.destroy();
  }
}

/** The whole log of an app as the table has it: by conversation, ascending by seq. */
export async function readLogTable(
  databaseUrl: string,
  appId: string,
): Promise<Map<string, Entry[]>> {
  const sql = 'SELECT * FROM entries WHERE app_id = ? ORDER BY conversation_id, seq';
  const logs = new Map<string, Entry[]>();
  for (const row of await queryRows(databaseUrl, sql, [appId])) {
    const entry = entryOf(row);
    const log = logs.get(entry.conversationId);
    if (log === undefined) logs.set(entry.conversationId, [entry]);
    else log.push(entry);
  }
  return logs;
}

/** Reactions and pins of an app as stored: see HistoryInput. */
export async function readMarksOfMessages(
  databaseUrl: string,
  appId: string,
): Promise<{ readonly reactions: Set<string>; readonly pins: Set<string> }> {
  const place = (row: RowDataPacket): string =>
    placeOf(String(row['conversation_id']), Number(row['target_seq']));
  const of = (table: string): Promise<RowDataPacket[]> =>
    queryRows(databaseUrl, `SELECT * FROM ${table} WHERE app_id = ?`, [appId]);
  const reactions = (await of('reactions')).map((row) => {
    const emoji = (row['emoji'] as Buffer).toString('utf8');
    return reactionKey(place(row), String(row['user_id']), emoji);
  });
  return { reactions: new Set(reactions), pins: new Set((await of('pins')).map(place)) };
}

/** Newest seq of each conversation of an app. */
export async function readTails(databaseUrl: string, appId: string): Promise<Map<string, number>> {
  const sql = 'SELECT conversation_id, last_seq FROM conversations WHERE app_id = ?';
  const rows = await queryRows(databaseUrl, sql, [appId]);
  return new Map(rows.map((row) => [String(row['conversation_id']), Number(row['last_seq'])]));
}

/** What each user has in each conversation, as stored: by conversation, then by user. */
export async function readMembers(
  databaseUrl: string,
  appId: string,
): Promise<Map<string, Map<string, Membership>>> {
  const rows = await queryRows(databaseUrl, 'SELECT * FROM members WHERE app_id = ?', [appId]);
  const earlier = await queryRows(databaseUrl, 'SELECT * FROM member_stints WHERE app_id = ?', [
    appId,
  ]);
  const hidden = await queryRows(databaseUrl, 'SELECT * FROM hidden_entries WHERE app_id = ?', [
    appId,
  ]);
  const of = (all: readonly RowDataPacket[], row: RowDataPacket): RowDataPacket[] =>
    all.filter(
      (each) =>
        each['user_id'] === row['user_id'] && each['conversation_id'] === row['conversation_id'],
    );
  const members = new Map<string, Map<string, Membership>>();
  for (const row of rows) {
    const conversationId = String(row['conversation_id']);
    const users = members.get(conversationId) ?? new Map<string, Membership>();
    members.set(conversationId, users);
    users.set(String(row['user_id']), {
      stints: [...of(earlier, row), row].map(stintOf),
      readSeq: Number(row['read_seq']),
      clearedSeq: Number(row['cleared_seq'] ?? 0),
      mentionedSeq: Number(row['mentioned_seq'] ?? 0),
      settings: settingsOf(row['settings']),
      hidden: new Set(of(hidden, row).map((each) => Number(each['seq']))),
    });
  }
  return members;
}

/** MySQL answers JSON parsed, MariaDB as text. */
function settingsOf(value: unknown): StoredSettings {
  if (typeof value === 'string') return JSON.parse(value) as StoredSettings;
  return value === null ? {} : (value as StoredSettings);
}

function stintOf(row: RowDataPacket): Stint {
  const leftSeq: unknown = row['left_seq'];
  return {
    joinedSeq: Number(row['joined_seq']),
    leftSeq: leftSeq === null ? Infinity : Number(leftSeq),
  };
}

function entryOf(row: RowDataPacket): Entry {
  const { kind, id } = parseSenderKey(String(row['sender']));
  const clientMsgId: unknown = row['client_msg_id'];
  const content = row['content'] as Uint8Array;
  return Entry.create({
    conversationId: String(row['conversation_id']),
    seq: Number(row['seq']),
    ordinal: Number(row['ordinal']),
    sender: { kind: KINDS[kind], id },
    clientMsgId: typeof clientMsgId === 'string' ? clientMsgId : '',
    revision: Number(row['revision']),
    createdMs: Number(row['created_ms']),
    // Blanked by a recall or a deletion.
    content: content.length === 0 ? undefined : Content.decode(content),
    state: stateOf(row['state']),
  });
}

/** The column holds a word; empty or missing: the content is still there. */
function stateOf(value: unknown): Entry_State {
  if (value === 'recalled' || value === 1) return Entry_State.RECALLED;
  if (value === 'deleted' || value === 2) return Entry_State.DELETED;
  return Entry_State.UNSPECIFIED;
}
