import { kyselyOn, type ConnectionSource, type LentConnection } from './connection/kysely-pool.js';
import type { BatchRequest, QueryRequest } from './connection/store-connection.js';
import { StoreAbandoned } from './errors.js';
import type { StoreContext } from './store-context.js';

/** Whether nobody waits for the outcome any more; asked before every statement. */
export interface Abandonment {
  readonly aborted: boolean;
}

/**
 * The same stores as long as somebody waits: afterwards no statement is begun, and a transaction that is under way is undone. One
 * whose COMMIT was sent is not. Throws StoreAbandoned.
 */
export function whileWanted(context: StoreContext, signal: Abandonment | undefined): StoreContext {
  if (signal === undefined) return context;
  const pool = new WantedConnections(context.pool, signal);
  return { ...context, pool, kysely: kyselyOn(pool), inAnyCase: inAnyCase(context) };
}

/** For what has to be done whether anybody waits for it or not, because of what is committed already. */
export function inAnyCase(context: StoreContext): StoreContext {
  return context.inAnyCase ?? context;
}

/** Throws StoreAbandoned. */
export function demandWanted(signal: Abandonment | undefined): void {
  if (signal?.aborted === true) throw new StoreAbandoned();
}

class WantedConnections implements ConnectionSource {
  constructor(
    private readonly pool: ConnectionSource,
    private readonly signal: Abandonment,
  ) {}

  async acquire(): Promise<LentConnection> {
    demandWanted(this.signal);
    const connection = await this.pool.acquire();
    // Others may have waited long for it, too.
    if (this.signal.aborted) {
      this.pool.release(connection);
      throw new StoreAbandoned();
    }
    return new WantedConnection(connection, this.signal);
  }

  release(lent: LentConnection): void {
    if (lent instanceof WantedConnection) this.pool.release(lent.connection);
  }
}

/** What ends a transaction is always sent. */
class WantedConnection implements LentConnection {
  constructor(
    readonly connection: LentConnection,
    private readonly signal: Abandonment,
  ) {}

  query<T = unknown>(request: QueryRequest): Promise<T> {
    const ends = request.phase === 'commit';
    if (this.signal.aborted && !ends) return Promise.reject(new StoreAbandoned());
    return this.connection.query(request);
  }

  queryAll(request: BatchRequest): Promise<unknown[]> {
    const ends = request.phase === 'commit';
    if (this.signal.aborted && !ends) return Promise.reject(new StoreAbandoned());
    return this.connection.queryAll(request);
  }

  rollback(): Promise<void> {
    return this.connection.rollback();
  }
}
