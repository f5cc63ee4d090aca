import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Fixture, plant, route, sharedFixture } from '../fixture.js';

let fixture: Fixture;
const key = (userId: string) => ({ appId: 'a', userId });

beforeAll(async () => {
  fixture = await sharedFixture();
  await plant(fixture.directory, 'c1:b1', 'c2:b1');
});
afterAll(() => fixture.close());

async function lines(userId: string) {
  return (await fixture.directory.routesOf([key(userId)]))[0];
}

it('removes exactly its own line, and the key with the last one', async () => {
  const { directory, raw, keys } = fixture;
  const pad = route({ deviceId: 'pad', session: 2 });
  await directory.register('a', 'u1', route(), { mode: 'unlimited' });
  await directory.register('a', 'u1', pad, { mode: 'unlimited' });
  expect(await directory.unregister('a', 'u1', route())).toBe(true);
  expect(await lines('u1')).toEqual([pad]);
  expect(await directory.unregister('a', 'u1', pad)).toBe(true);
  expect(await raw.exists(keys.user(key('u1')))).toBe(0);
});

it('never removes a newer login of the device when it comes late', async () => {
  const { directory } = fixture;
  const newer = route({ generation: 2, session: 2, nodeId: 'c2' });
  await directory.register('a', 'u2', route(), { mode: 'unlimited' });
  await directory.register('a', 'u2', newer, { mode: 'unlimited' });
  expect(await directory.unregister('a', 'u2', route())).toBe(false);
  expect(await lines('u2')).toEqual([newer]);
});

it.each([
  ['device', { deviceId: 'other' }],
  ['boot', { bootId: 'b2' }],
  ['session', { session: 2 }],
])('leaves a line whose %s differs', async (_, change) => {
  const { directory } = fixture;
  await directory.register('a', 'u3', route(), { mode: 'unlimited' });
  expect(await directory.unregister('a', 'u3', { ...route(), ...change })).toBe(false);
  expect(await lines('u3')).toEqual([route()]);
});

it('leaves the expiry of the other lines as it was', async () => {
  const { directory, raw, keys } = fixture;
  const pad = route({ deviceId: 'pad', session: 2 });
  await directory.register('a', 'u4', route(), { mode: 'unlimited' });
  await directory.register('a', 'u4', pad, { mode: 'unlimited' });
  await raw.pexpire(keys.user(key('u4')), 60_000);
  await directory.unregister('a', 'u4', pad);
  const left = await raw.pttl(keys.user(key('u4')));
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThanOrEqual(60_000);
});

it('answers false for a user without lines', async () => {
  expect(await fixture.directory.unregister('a', 'nobody', route())).toBe(false);
});

it('removes the mark of exactly one session that gave way', async () => {
  const { directory, raw, keys } = fixture;
  const one = { mode: 'max-per-user', max: 1 } as const;
  const pad = route({ deviceId: 'pad', session: 2 });
  const web = route({ deviceId: 'web', session: 3 });
  await directory.register('a', 'u5', route(), one);
  await directory.register('a', 'u5', pad, one);
  await directory.register('a', 'u5', web, one);
  expect(await directory.unregister('a', 'u5', { ...pad, session: 9 })).toBe(false);
  // No route was there any more, only the mark.
  expect(await directory.unregister('a', 'u5', pad)).toBe(false);
  expect(await directory.touch('a', 'u5', web)).toEqual({
    status: 'registered',
    evicted: [route()],
  });
  expect(await directory.unregister('a', 'u5', web)).toBe(true);
  expect(await lines('u5')).toEqual([]);
  expect(await raw.exists(keys.user(key('u5')))).toBe(1);
  await directory.unregister('a', 'u5', route());
  expect(await raw.exists(keys.user(key('u5')))).toBe(0);
});
