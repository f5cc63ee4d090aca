import { createConnection } from 'mysql2/promise';

export interface OpenTransaction {
  write(sql: string, values: readonly (string | number)[]): Promise<void>;
  /** Makes what was written visible. */
  commit(): Promise<void>;
  /** Ends the connection, and with it what was not committed. */
  end(): void;
}

/** A transaction on a connection of its own, whose COMMIT takes as long as a test wants. */
export async function openTransaction(databaseUrl: string): Promise<OpenTransaction> {
  const connection = await createConnection({ uri: databaseUrl });
  await connection.beginTransaction();
  return {
    write: async (sql, values) => void (await connection.query(sql, [...values])),
    commit: () => connection.commit(),
    end: () => connection.destroy(),
  };
}
