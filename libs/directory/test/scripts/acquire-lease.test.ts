import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Fixture, sharedFixture } from '../fixture.js';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await sharedFixture();
});
afterAll(() => fixture.close());

it('takes a lease by the clock of Redis and clears away those that have run out', async () => {
  const { directory, raw, keys } = fixture;
  const gone = { kind: 'logic', nodeId: 'l0', bootId: 'b0' } as const;
  const node = { kind: 'logic', nodeId: 'l1', bootId: 'b1' } as const;
  await directory.acquireLease(gone, '10.0.0.1:1', 0);
  const before = await redisNowMs();
  await directory.acquireLease(node, '10.0.0.2:2', 10_000);
  const after = await redisNowMs();
  expect(await raw.hgetall(keys.addresses('logic'))).toEqual({ 'l1:b1': '10.0.0.2:2' });
  expect(await raw.zrange(keys.leases('logic'), '0', '-1')).toEqual(['l1:b1']);
  const expiry = Number(await raw.zscore(keys.leases('logic'), 'l1:b1'));
  expect(expiry).toBeGreaterThanOrEqual(before + 10_000);
  expect(expiry).toBeLessThanOrEqual(after + 10_000);
});

async function redisNowMs(): Promise<number> {
  const [seconds, microseconds] = await fixture.raw.time();
  return Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000);
}
