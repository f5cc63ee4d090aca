import { vi } from 'vitest';
import { StoreConnection } from '../src/connection/store-connection.js';

/** What a pool sends by itself, whenever it is time. */
const OF_POOL: ReadonlySet<string> = new Set(['session set-up', 'ping']);

/** The operations of the statements that some work sends, in their order. */
export async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const spy = vi.spyOn(StoreConnection.prototype, 'query');
  try {
    await work();
    const operations = spy.mock.calls.map(([request]) => request.operation);
    return operations.filter((operation) => !OF_POOL.has(operation));
  } finally {
    spy.mockRestore();
  }
}
