import type { ConnectionSource, LentConnection } from '../connection/kysely-pool.js';
import type { MomentReader, MomentReads } from '../reaction-types.js';
import { retrying, type StoreContext } from '../store-context.js';
import { MysqlPostStore } from './post-store.js';
import { MysqlReactionReads } from './reaction-reads.js';
import { MysqlTimelineReads } from './timeline-reads.js';

export class MysqlMomentReader implements MomentReader {
  constructor(private readonly context: StoreContext) {}

  /** Reads change nothing: what failed with its connection is read again, all of it, as of another moment. */
  atOnce<T>(read: (reads: MomentReads) => Promise<T>): Promise<T> {
    return retrying(this.context, () => this.#attempt(read));
  }

  async #attempt<T>(read: (reads: MomentReads) => Promise<T>): Promise<T> {
    const { pool } = this.context;
    const connection = await pool.acquire();
    try {
      await begin(connection);
      const within = { ...this.context, pool: holding(connection) };
      return await read({
        posts: new MysqlPostStore(within),
        timelines: new MysqlTimelineReads(within),
        reactions: new MysqlReactionReads(within),
      });
    } finally {
      await connection.rollback();
      pool.release(connection);
    }
  }
}

/** What is read first sets the moment. The level is that of one transaction: sessions stay at READ COMMITTED. */
async function begin(connection: LentConnection): Promise<void> {
  for (const sql of [
    'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ',
    'START TRANSACTION READ ONLY',
  ]) {
    await connection.query({ sql, operation: 'begin of a snapshot' });
  }
}

function holding(connection: LentConnection): ConnectionSource {
  return { acquire: () => Promise.resolve(connection), release: () => undefined };
}
