import type { CompiledQuery, Transaction } from 'kysely';
import type { Schema } from '../schema/schema.js';
import type { StoreContext } from '../store-context.js';
import { kyselyWithin, type LentConnection } from './kysely-pool.js';
import type { Statement } from './store-connection.js';

/** A statement that is built or written, and not sent yet. */
export interface Query<Row = unknown> {
  compile(executor: Transaction<Schema>): CompiledQuery<Row>;
}

export const BEGIN: Statement = { sql: 'START TRANSACTION' };
export const COMMIT: Statement = { sql: 'COMMIT' };

/** A connection on which whoever has it begins and ends a transaction, and what builds the statements of it. */
export interface OwnTransaction {
  readonly connection: LentConnection;
  readonly trx: Transaction<Schema>;
}

/** What `work` leaves open is undone when it throws, and must not be left open otherwise. */
export async function onConnection<T>(
  { pool }: Pick<StoreContext, 'pool'>,
  work: (own: OwnTransaction) => Promise<T>,
): Promise<T> {
  const connection = await pool.acquire();
  try {
    return await work({ connection, trx: kyselyWithin(connection) });
  } catch (error) {
    await connection.rollback();
    throw error;
  } finally {
    pool.release(connection);
  }
}

export function statementOf(trx: Transaction<Schema>, query: Query): Statement {
  const { sql, parameters } = query.compile(trx);
  return { sql, values: parameters };
}

/**
 * Sends those that are there in one round trip, in their order; what each of them found, by its name. Phase `commit`: the last one is
 * COMMIT, which is reached only when all of them worked.
 */
export async function askAll<K extends string>(
  connection: LentConnection,
  operation: string,
  asked: Readonly<Record<K, Statement | undefined | null>>,
  phase: 'work' | 'commit' = 'work',
): Promise<Partial<Record<K, unknown>>> {
  const there = Object.entries<Statement | undefined | null>(asked).flatMap(([name, statement]) =>
    statement ? [{ name: name as K, statement }] : [],
  );
  const statements = there.map(({ statement }) => statement);
  const results = await connection.queryAll({ statements, operation, phase });
  const found: Partial<Record<K, unknown>> = {};
  there.forEach(({ name }, at) => (found[name] = results[at]));
  return found;
}
