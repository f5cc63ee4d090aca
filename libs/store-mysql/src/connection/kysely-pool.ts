import type { MysqlPool, MysqlPoolConnection } from 'kysely';
import { StoreDefect } from '../errors.js';
import type { ConnectionPool } from './connection-pool.js';
import type { StoreConnection } from './store-connection.js';

type Callback = (error: unknown, result: unknown) => void;

/** What Kysely's MySQL dialect wants of a callback pool, on top of the one pool of this package. */
export function kyselyPool(pool: ConnectionPool): MysqlPool {
  return {
    getConnection(callback) {
      pool.acquire().then(
        (connection) => callback(null, new KyselyConnection(connection, pool)),
        (error: unknown) => callback(error, undefined as never),
      );
    },
    end(callback) {
      // The pool is closed by its owner.
      callback(null);
    },
  };
}

class KyselyConnection implements MysqlPoolConnection {
  constructor(
    private readonly connection: StoreConnection,
    private readonly pool: ConnectionPool,
  ) {}

  query(sql: string, values: readonly unknown[]): never;
  query(sql: string, values: readonly unknown[], callback: Callback): void;
  query(sql: string, values: readonly unknown[], callback?: Callback): void {
    if (callback === undefined) throw new StoreDefect('streams are not used');
    if (sql === 'rollback') {
      // Never fails: otherwise it would hide the error that made it necessary.
      void this.connection.rollback().then(() => callback(null, []));
      return;
    }
    const phase = sql === 'commit' ? 'commit' : 'work';
    this.connection.query({ sql, values, operation: operationOf(sql), phase }).then(
      (result) => callback(null, result),
      (error: unknown) => callback(error, undefined),
    );
  }

  release(): void {
    this.pool.release(this.connection);
  }
}

/** Verb and first table of a statement: enough to find it, nothing of what it carries. */
export function operationOf(sql: string): string {
  const verb = /^\s*(\w+)/.exec(sql)?.[1] ?? 'statement';
  const table = /\b(?:from|into|update)\s+`?([a-z_]+)/i.exec(sql)?.[1];
  return table === undefined ? verb.toLowerCase() : `${verb.toLowerCase()} ${table}`;
}
