import type { Clock } from '@queqiao/runtime';
import { sql, type Kysely } from 'kysely';
import type { ConnectionSource } from './connection/kysely-pool.js';
import type { DispatchIds } from './dispatch-ids.js';
import type { EventOutbox } from './event/event-outbox.js';
import { TransientStoreError, AmbiguousCommit } from './errors.js';
import type { Schema } from './schema/schema.js';

/** What every store but the append store is made of. */
export interface StoreContext {
  readonly kysely: Kysely<Schema>;
  /** The same connections without Kysely, for statements that are written out. */
  readonly pool: ConnectionSource;
  readonly dispatchIds: DispatchIds;
  readonly events: EventOutbox;
  readonly clock: Clock;
  /** Of stores that stop when nobody waits for them: the ones that do not. */
  readonly inAnyCase?: StoreContext;
}

/** The database's clock in milliseconds; the only one that orders what several nodes write. */
export const DATABASE_NOW = sql<number>`CAST(UNIX_TIMESTAMP(SYSDATE(3)) * 1000 AS SIGNED)`;

/**
 * The same as of the beginning of the statement, for conditions: a constant for the optimizer, so that a range of what is due ends
 * there. With DATABASE_NOW all that is not due yet would be read on.
 */
export const STATEMENT_NOW = sql<number>`CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)`;

const MAX_ATTEMPTS = 4;
const PAUSE_MS = 20;

/**
 * Runs work again that had no effect (deadlock, lock time-out, lost connection) or whose commit is in doubt. Only for work
 * that is the same when done twice.
 */
export async function retrying<T>(context: StoreContext, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const again = error instanceof TransientStoreError || error instanceof AmbiguousCommit;
      if (!again || attempt >= MAX_ATTEMPTS) throw error;
      await context.clock.sleep(PAUSE_MS * attempt * (0.5 + Math.random()));
    }
  }
}

/** One statement that is written out rather than built; rows as objects. */
export async function select<T>(
  context: Pick<StoreContext, 'pool'>,
  operation: string,
  statement: string,
  values: readonly unknown[],
): Promise<T[]> {
  const connection = await context.pool.acquire();
  try {
    return await connection.query<T[]>({ sql: statement, values, operation });
  } finally {
    context.pool.release(connection);
  }
}
