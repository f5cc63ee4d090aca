import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Fixture, plant, route, sharedFixture } from '../fixture.js';

let fixture: Fixture;
const key = (userId: string) => ({ appId: 'a', userId });

beforeAll(async () => {
  fixture = await sharedFixture();
  await plant(fixture.directory, 'c1:b1');
});
afterAll(() => fixture.close());

const watch = (viewer: string, user: string) =>
  fixture.directory.addWatcher(key(viewer), [user], 60_000);
const come = (user: string, more: Parameters<typeof route>[0] = {}) =>
  fixture.directory.register('a', user, route(more), { mode: 'unlimited' });
const take = (...users: string[]) => fixture.directory.takeChanges(users.map(key));

it('takes what watchers were not told yet, once', async () => {
  await watch('v1', 'ann');
  await watch('v2', 'ann');
  expect(await take('ann', 'nobody')).toEqual([]);
  await come('ann', { platform: 'web' });
  const change = { userId: 'ann', platforms: ['web'], watchers: ['v1', 'v2'] };
  const both = await Promise.all([take('ann', 'nobody'), take('ann')]);
  expect(both.flat()).toEqual([change]);
  expect(await take('ann')).toEqual([]);
  await come('ann', { deviceId: 'pad', platform: 'web', session: 2 });
  expect(await take('ann')).toEqual([]);
  await fixture.directory.unregister('a', 'ann', route());
  await fixture.directory.unregister('a', 'ann', { ...route(), deviceId: 'pad', session: 2 });
  expect(await take('ann')).toEqual([{ ...change, platforms: [] }]);
});

it('tells one that came between of a change that was taken back meanwhile', async () => {
  await watch('v1', 'bea');
  await come('bea');
  await watch('v2', 'bea');
  await fixture.directory.unregister('a', 'bea', route());
  expect(await take('bea')).toEqual([{ userId: 'bea', platforms: [], watchers: ['v1', 'v2'] }]);
});

it('leaves out watchers whose time is over, and does not outlive them', async () => {
  const { raw, keys } = fixture;
  await watch('v1', 'carl');
  await watch('v2', 'carl');
  await raw.zadd(keys.watchers(key('carl')), 1, 'v1');
  await raw.pexpire(keys.watchers(key('carl')), 30_000);
  await come('carl');
  expect(await take('carl')).toEqual([{ userId: 'carl', platforms: ['ios'], watchers: ['v2'] }]);
  expect(await raw.pttl(keys.told(key('carl')))).toBeLessThanOrEqual(30_000);
  await raw.zadd(keys.watchers(key('carl')), 1, 'v2');
  await fixture.directory.unregister('a', 'carl', route());
  expect(await take('carl')).toEqual([]);
});
