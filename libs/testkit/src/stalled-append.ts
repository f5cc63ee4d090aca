import { createConnection } from 'mysql2/promise';

export interface StalledAppend {
  /** Makes the entry visible. */
  commit(): Promise<void>;
}

/**
 * An append whose COMMIT takes as long as a test wants: head and entry are written and nobody sees them yet. `url` may be
 * that of the services' own account.
 */
export async function stallAppend(
  url: string,
  place: { readonly appId: string; readonly conversationId: string; readonly sender: string },
): Promise<StalledAppend> {
  const { appId, conversationId, sender } = place;
  const connection = await createConnection({ uri: url });
  const key = [appId, conversationId];
  await connection.beginTransaction();
  await connection.query(
    `UPDATE conversations SET last_seq = last_seq + 1, last_ordinal = last_ordinal + 1, shown_seq = last_seq
     WHERE app_id = ? AND conversation_id = ?`,
    key,
  );
  await connection.query(
    `INSERT INTO entries (app_id, conversation_id, seq, ordinal, sender, client_msg_id, kind, created_ms, content)
     SELECT app_id, conversation_id, last_seq, last_ordinal, ?, 'stalled', 'text', active_ms, x''
     FROM conversations WHERE app_id = ? AND conversation_id = ?`,
    [sender, ...key],
  );
  return {
    async commit() {
      await connection.commit();
      await connection.end();
    },
  };
}
