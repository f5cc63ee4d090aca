import {
  Kysely,
  MysqlDialect,
  type MysqlPool,
  type MysqlPoolConnection,
  type Transaction,
} from 'kysely';
import { StoreDefect } from '../errors.js';
import type { Schema } from '../schema/schema.js';
import type { StoreConnection } from './store-connection.js';

/** What statements are sent by. */
export type LentConnection = Pick<StoreConnection, 'query' | 'queryAll' | 'rollback'>;

/** Whoever acquires must release exactly once, also after an error. */
export interface ConnectionSource {
  acquire(): Promise<LentConnection>;
  release(connection: LentConnection): void;
}

type Callback = (error: unknown, result: unknown) => void;

export function kyselyOn(pool: ConnectionSource): Kysely<Schema> {
  return new Kysely({ dialect: new MysqlDialect({ pool: kyselyPool(pool) }) });
}

/**
 * For the statements of a transaction that was begun on the connection already, and is ended on it by whoever began it: one after
 * another, also those that are asked for at once.
 */
export function kyselyWithin(connection: LentConnection): Transaction<Schema> {
  let last = Promise.resolve();
  const releases: (() => void)[] = [];
  const source: ConnectionSource = {
    async acquire() {
      const before = last;
      last = new Promise((release) => releases.push(release));
      await before;
      return connection;
    },
    release: () => releases.shift()?.(),
  };
  return kyselyOn(source) as Transaction<Schema>;
}

/** What Kysely's MySQL dialect wants of a callback pool, on top of the one pool of this package. */
function kyselyPool(pool: ConnectionSource): MysqlPool {
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
    private readonly connection: LentConnection,
    private readonly pool: ConnectionSource,
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
