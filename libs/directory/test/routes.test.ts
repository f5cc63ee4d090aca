import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Redis } from 'ioredis';
import { MAX_TOUCH_BATCH } from '../src/index.js';
import { MAX_KEYS_PER_READ } from '../src/routes.js';
import { metricValue } from '@queqiao/runtime/testing';
import { type Fixture, ownFixture, plant, route } from './fixture.js';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await ownFixture();
  await plant(fixture.directory, 'c1:b1');
});
afterAll(() => fixture.close());

async function mgetCalls(raw: Redis): Promise<number> {
  const stats = await raw.info('commandstats');
  return Number(/cmdstat_mget:calls=(\d+)/.exec(stats)?.[1] ?? 0);
}

it('reads many users in their order with one command', async () => {
  const { directory, raw, metrics } = fixture;
  const users = Array.from({ length: 300 }, (_, n) => ({ appId: 'a', userId: `u${n}` }));
  for (const [n, user] of users.entries()) {
    if (n % 3 === 0) {
      const line = route({ session: n });
      await directory.register(user.appId, user.userId, line, { mode: 'unlimited' });
    }
  }
  const before = await mgetCalls(raw);
  const found = await directory.routesOf(users);
  expect((await mgetCalls(raw)) - before).toBe(1);
  expect(found).toEqual(users.map((_, n) => (n % 3 === 0 ? [route({ session: n })] : [])));
  expect(
    await metricValue(metrics, 'queqiao_directory_operation_seconds', { operation: 'register' }),
  ).toBeGreaterThan(0);
});

it('reads a longer list in several commands', async () => {
  const users = Array.from({ length: MAX_KEYS_PER_READ + 1 }, (_, n) => ({
    appId: 'a',
    userId: `u${n % 3}`,
  }));
  const before = await mgetCalls(fixture.raw);
  const found = await fixture.directory.routesOf(users);
  expect((await mgetCalls(fixture.raw)) - before).toBe(2);
  expect(found[MAX_KEYS_PER_READ]).toEqual(found[1]);
  expect(found[0]).toEqual([route({ session: 0 })]);
});

it('keeps the users of apps apart', async () => {
  const { directory } = fixture;
  await directory.register('app1', 'same', route(), { mode: 'unlimited' });
  expect(await directory.routesOf([{ appId: 'app2', userId: 'same' }])).toEqual([[]]);
});

it('lets lines expire after three hours', async () => {
  const { directory, raw, keys } = fixture;
  await directory.register('a', 'ttl', route(), { mode: 'unlimited' });
  const leftMs = await raw.pttl(keys.user({ appId: 'a', userId: 'ttl' }));
  expect(leftMs).toBeGreaterThan(2.9 * 3_600_000);
  expect(leftMs).toBeLessThanOrEqual(3 * 3_600_000);
});

it('refuses values that would break a line', async () => {
  const { directory } = fixture;
  const wrong = [{ deviceId: 'a|b' }, { platform: 'i\nos' }, { generation: -1 }, { session: 0.5 }];
  for (const change of wrong) {
    const login = directory.register('a', 'u', route(change), { mode: 'unlimited' });
    await expect(login).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  }
});

it('bounds a batch of touches', async () => {
  const entry = { appId: 'a', userId: 'u', route: route() };
  const many = Array.from({ length: MAX_TOUCH_BATCH + 1 }, () => entry);
  await expect(fixture.directory.touchAll(many)).rejects.toThrow(RangeError);
});
