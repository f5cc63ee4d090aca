import { vi } from 'vitest';
import { StoreConnection } from '../../src/connection/store-connection.js';

/** What a pool sends by itself, whenever it is time. */
const OF_POOL: ReadonlySet<string> = new Set(['session set-up', 'ping']);

/** The operations of what some work sends, in their order: of single statements, and of several that go together. */
export async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const operations: string[] = [];
  const note = ({ operation }: { readonly operation: string }): void => {
    if (!OF_POOL.has(operation)) operations.push(operation);
  };
  const spies = [
    vi.spyOn(StoreConnection.prototype, 'query'),
    vi.spyOn(StoreConnection.prototype, 'queryAll'),
  ];
  try {
    await work();
    // In the order of the calls, over both.
    spies
      .flatMap(({ mock }) =>
        mock.calls.map(([request], at) => ({ request, order: mock.invocationCallOrder[at] ?? 0 })),
      )
      .sort((a, b) => a.order - b.order)
      .forEach(({ request }) => note(request));
    return operations;
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
