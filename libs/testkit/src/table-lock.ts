import { createConnection } from 'mysql2/promise';
import type { HeadLock } from './head-lock.js';

/** Holds every statement on a table up, as a database does that has come to a standstill. `url`: of who may lock tables. */
export async function lockTable(url: string, table: string): Promise<HeadLock> {
  const connection = await createConnection({ uri: url });
  await connection.query(`LOCK TABLES ${table} WRITE`);
  return {
    release: async () => {
      await connection.query('UNLOCK TABLES');
      await connection.end();
    },
  };
}
