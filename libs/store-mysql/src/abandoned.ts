import type { KyselyPlugin, PluginTransformQueryArgs, PluginTransformResultArgs } from 'kysely';
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
  const { pool } = context;
  return {
    ...context,
    kysely: context.kysely.withPlugin(new StatementGate(signal)),
    pool: {
      async acquire() {
        demandWanted(signal);
        const connection = await pool.acquire();
        // Others may have waited long for it, too.
        if (!signal.aborted) return connection;
        pool.release(connection);
        throw new StoreAbandoned();
      },
      release: (connection) => pool.release(connection),
    },
  };
}

/** Throws StoreAbandoned. */
export function demandWanted(signal: Abandonment | undefined): void {
  if (signal?.aborted === true) throw new StoreAbandoned();
}

class StatementGate implements KyselyPlugin {
  constructor(private readonly signal: Abandonment) {}

  transformQuery({ node }: PluginTransformQueryArgs): PluginTransformQueryArgs['node'] {
    demandWanted(this.signal);
    return node;
  }

  transformResult({ result }: PluginTransformResultArgs): Promise<typeof result> {
    return Promise.resolve(result);
  }
}
