import { Registry, systemClock } from '@queqiao/runtime';
import { createDatabase, type Database } from '@queqiao/store-mysql';
import type { ApiRig } from './api-rig.js';

/** Stores of a test’s own, on the database of a rig. */
export function openStores({ database, logger }: Pick<ApiRig, 'database' | 'logger'>): Database {
  return createDatabase({
    url: database.url,
    poolSize: 4,
    appendPoolSize: 2,
    statementTimeoutMs: 8_000,
    tenantGuard: true,
    clock: systemClock,
    logger,
    metrics: new Registry(),
  });
}
