import { createRegistry, silentLogger, systemClock } from '@queqiao/runtime';
import { createDatabase, type Database } from '@queqiao/store-mysql';

const STATEMENT_TIMEOUT_MS = 10_000;

/** The stores for a short-lived command. Close it. */
export function openStore(url: string): Database {
  return createDatabase({
    url,
    poolSize: 1,
    appendPoolSize: 1,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    tenantGuard: true,
    clock: systemClock,
    logger: silentLogger(),
    metrics: createRegistry({ service: 'admin', node: 'admin' }),
  });
}
