import { parseSenderKey } from '@queqiao/domain';
import { Content, Entry, Sender_Kind } from '@queqiao/protocol/client';
import { createConnection, type RowDataPacket } from 'mysql2/promise';

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
  const rows = await queryRows(
    databaseUrl,
    `SELECT conversation_id, seq, ordinal, sender, client_msg_id, revision, created_ms, content
     FROM entries WHERE app_id = ? ORDER BY conversation_id, seq`,
    [appId],
  );
  const logs = new Map<string, Entry[]>();
  for (const row of rows) {
    const entry = entryOf(row);
    const log = logs.get(entry.conversationId);
    if (log === undefined) logs.set(entry.conversationId, [entry]);
    else log.push(entry);
  }
  return logs;
}

/** Who may see each conversation: its members by user. */
export async function readMembers(
  databaseUrl: string,
  appId: string,
): Promise<Map<string, Set<string>>> {
  const sql = 'SELECT conversation_id, user_id FROM members WHERE app_id = ?';
  const members = new Map<string, Set<string>>();
  for (const row of await queryRows(databaseUrl, sql, [appId])) {
    const conversationId = String(row['conversation_id']);
    const users = members.get(conversationId) ?? new Set();
    members.set(conversationId, users.add(String(row['user_id'])));
  }
  return members;
}

function entryOf(row: RowDataPacket): Entry {
  const { kind, id } = parseSenderKey(String(row['sender']));
  const clientMsgId: unknown = row['client_msg_id'];
  return Entry.create({
    conversationId: String(row['conversation_id']),
    seq: Number(row['seq']),
    ordinal: Number(row['ordinal']),
    sender: { kind: KINDS[kind], id },
    clientMsgId: typeof clientMsgId === 'string' ? clientMsgId : '',
    revision: Number(row['revision']),
    createdMs: Number(row['created_ms']),
    content: Content.decode(row['content'] as Uint8Array),
  });
}
