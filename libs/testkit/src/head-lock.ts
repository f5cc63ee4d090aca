import { createConnection } from 'mysql2/promise';

export interface HeadLock {
  /** Ends the transaction that holds the lock. */
  release(): Promise<void>;
}

/** Locks a conversation's head from a connection of its own, as a node does that was frozen in the middle of a batch. */
export async function lockHead(
  databaseUrl: string,
  appId: string,
  conversationId: string,
): Promise<HeadLock> {
  const connection = await createConnection({ uri: databaseUrl });
  await connection.beginTransaction();
  const [rows] = await connection.query(
    'SELECT last_seq FROM conversations WHERE app_id = ? AND conversation_id = ? FOR UPDATE',
    [appId, conversationId],
  );
  if (Array.isArray(rows) && rows.length === 1) {
    return {
      release: async () => {
        await connection.rollback();
        await connection.end();
      },
    };
  }
  await connection.end();
  throw new Error(`there is no conversation ${conversationId} to lock`);
}
