import { setTimeout as sleep } from 'node:timers/promises';
import { MemoryReplicaStore, type ReplicaChange } from '@queqiao/sdk';
import { expect, it } from 'vitest';
import { RecordedStore } from './recorded-store.js';

/** Longer than a save takes. */
const LATER_MS = 100;

function change(cursor: string): ReplicaChange {
  return {
    reset: { userId: 'ann', logEpoch: 1, keepSends: true },
    cursor: new TextEncoder().encode(cursor),
    conversations: new Map(),
    entries: [],
    dropEntries: [],
    putSends: [],
    dropSends: [],
    operations: new Map(),
  };
}

it('tells what was saved, after it was, and saves nothing once its app was killed', async () => {
  const told: string[] = [];
  const inner = new MemoryReplicaStore();
  const store = new RecordedStore(inner, {
    saved: () => undefined,
    cursor: (cursor) => told.push(new TextDecoder().decode(cursor)),
  });
  const first = store.save(change('x'));
  expect(told).toEqual([]);
  await first;
  expect(told).toEqual(['x']);
  void store.save(change('y'));
  store.kill();
  await sleep(LATER_MS);
  expect(told).toEqual(['x']);
  expect(new TextDecoder().decode((await inner.load())?.cursor)).toBe('x');
});
