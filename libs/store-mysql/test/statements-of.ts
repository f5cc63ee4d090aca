import { vi } from 'vitest';
import { StoreConnection } from '../src/connection/store-connection.js';

/** What a pool sends by itself, whenever it is time. */
const OF_POOL: ReadonlySet<string> = new Set(['session set-up', 'ping']);

/** The operations of what some work sends, in their order: of single statements, and of several that go together. */
export async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const operations: string[] = [];
  const { query, queryAll } = StoreConnection.prototype;
  const spies = [
    vi.spyOn(StoreConnection.prototype, 'query').mockImplementation(function (
      this: StoreConnection,
      request,
    ) {
      operations.push(request.operation);
      return query.call(this, request) as never;
    }),
    vi.spyOn(StoreConnection.prototype, 'queryAll').mockImplementation(function (
      this: StoreConnection,
      request,
    ) {
      operations.push(request.operation);
      return queryAll.call(this, request);
    }),
  ];
  try {
    await work();
    return operations.filter((operation) => !OF_POOL.has(operation));
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
