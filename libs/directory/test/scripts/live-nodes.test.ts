import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Fixture, sharedFixture } from '../fixture.js';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await sharedFixture();
});
afterAll(() => fixture.close());

it('lists the nodes of a kind whose lease has not run out, with their addresses', async () => {
  const { directory, raw, keys } = fixture;
  expect(await directory.liveNodes('logic')).toEqual([]);
  await directory.acquireLease(
    { kind: 'logic', nodeId: 'l1', bootId: 'x' },
    '10.0.0.1:9093',
    9_000,
  );
  await directory.acquireLease(
    { kind: 'logic', nodeId: 'l2', bootId: 'y' },
    '10.0.0.2:9093',
    9_000,
  );
  await directory.acquireLease({ kind: 'connect', nodeId: 'c1', bootId: 'z' }, '', 9_000);
  await raw.zadd(keys.leases('logic'), 1, 'l2:y');
  expect(await directory.liveNodes('logic')).toEqual([
    { nodeId: 'l1', bootId: 'x', address: '10.0.0.1:9093' },
  ]);
  expect(await directory.liveNodes('connect')).toEqual([
    { nodeId: 'c1', bootId: 'z', address: '' },
  ]);
});

it('no longer lists a node that gave its lease up', async () => {
  const { directory, raw, keys } = fixture;
  const node = { kind: 'connect', nodeId: 'c2', bootId: 'z' } as const;
  await directory.acquireLease(node, '', 9_000);
  await directory.plantCanaries(node, [7], 9_000);
  await directory.releaseNode(node);
  expect((await directory.liveNodes('connect')).map((each) => each.nodeId)).toEqual(['c1']);
  expect(await raw.zscore(keys.canaries(7), 'c2:z')).toBeNull();
});
