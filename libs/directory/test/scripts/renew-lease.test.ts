import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Fixture, sharedFixture } from '../fixture.js';

const NODE = { kind: 'connect', nodeId: 'c1', bootId: 'b1' } as const;

let fixture: Fixture;
beforeAll(async () => {
  fixture = await sharedFixture();
});
afterAll(() => fixture.close());

it('renews a lease that is present', async () => {
  const { directory, raw, keys } = fixture;
  await directory.acquireLease(NODE, '', 10_000);
  const before = Number(await raw.zscore(keys.leases('connect'), 'c1:b1'));
  expect(await directory.renewLease(NODE, 60_000)).toBe(true);
  const after = Number(await raw.zscore(keys.leases('connect'), 'c1:b1'));
  expect(after - before).toBeGreaterThan(40_000);
});

it('refuses one that has run out, although it is still written', async () => {
  const { directory, raw, keys } = fixture;
  await raw.zadd(keys.leases('connect'), 1, 'c1:b1');
  expect(await directory.renewLease(NODE, 60_000)).toBe(false);
  expect(await raw.zscore(keys.leases('connect'), 'c1:b1')).toBe('1');
});

it('refuses one that is absent, and writes nothing', async () => {
  const { directory, raw, keys } = fixture;
  await raw.del(keys.leases('connect'));
  expect(await directory.renewLease(NODE, 60_000)).toBe(false);
  expect(await raw.exists(keys.leases('connect'))).toBe(0);
});

it('tells the buckets that lost their canary from the others', async () => {
  const { directory, raw, keys } = fixture;
  await directory.plantCanaries(NODE, [1, 2, 3], 10_000);
  await raw.del(keys.canaries(2));
  const report = await directory.renewCanaries(NODE, [1, 2, 3], 10_000);
  expect(report).toEqual({ present: [1, 3], lost: [2], unknown: [] });
});
