import { createConnection, type RowDataPacket } from 'mysql2/promise';
import type { StoredMessage } from './verify.js';

/** Conversations of one query. */
const CHUNK = 50;

/** Every entry of these conversations that a client sent. */
export async function storedMessages(
  databaseUrl: string,
  appId: string,
  conversations: readonly string[],
): Promise<StoredMessage[]> {
  const connection = await createConnection({ uri: databaseUrl });
  const stored: StoredMessage[] = [];
  try {
    for (let start = 0; start < conversations.length; start += CHUNK) {
      const [rows] = await connection.query<RowDataPacket[]>(
        `SELECT conversation_id, seq, client_msg_id FROM entries
         WHERE app_id = ? AND conversation_id IN (?) AND client_msg_id IS NOT NULL`,
        [appId, conversations.slice(start, start + CHUNK)],
      );
      for (const row of rows) {
        stored.push({
          conversationId: String(row['conversation_id']),
          seq: Number(row['seq']),
          clientMsgId: String(row['client_msg_id']),
        });
      }
    }
    return stored;
  } finally {
    connection.destroy();
  }
}
