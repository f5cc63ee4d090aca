import { afterAll, beforeAll, expect, it } from 'vitest';
import { MAX_WATCHERS } from '../../src/index.js';
import { type Fixture, plant, route, sharedFixture } from '../fixture.js';

let fixture: Fixture;
const key = (userId: string) => ({ appId: 'a', userId });

beforeAll(async () => {
  fixture = await sharedFixture();
  await plant(fixture.directory, 'c1:b1');
});
afterAll(() => fixture.close());

const watch = (viewer: string, user: string, lastsMs = 60_000) =>
  fixture.directory.addWatcher(key(viewer), [user], lastsMs);

it('puts a viewer among the watchers for a while, and answers where the user is online', async () => {
  const { directory, raw, keys } = fixture;
  await directory.register('a', 'ann', route({ platform: 'web' }), { mode: 'unlimited' });
  const answer = await directory.addWatcher(key('v1'), ['ann', 'nobody'], 60_000);
  expect(answer).toEqual([
    { watching: true, platforms: ['web'] },
    { watching: true, platforms: [] },
  ]);
  const watchers = keys.watchers(key('ann'));
  const before = Number(await raw.zscore(watchers, 'v1'));
  const leftMs = await raw.pttl(watchers);
  expect(leftMs).toBeGreaterThan(50_000);
  expect(leftMs).toBeLessThanOrEqual(60_000);
  await watch('v1', 'ann', 90_000);
  expect(Number(await raw.zscore(watchers, 'v1'))).toBeGreaterThan(before + 20_000);
  expect(await raw.zcard(watchers)).toBe(1);
});

it('has room for so many, and for those again that are in', async () => {
  const { raw, keys } = fixture;
  const watchers = keys.watchers(key('star'));
  const fans = Array.from({ length: MAX_WATCHERS }, (_, n) => [9e15, `fan${n}`]).flat();
  await raw.zadd(watchers, ...fans);
  expect(await watch('late', 'star')).toEqual([{ watching: false, platforms: [] }]);
  expect(await raw.zscore(watchers, 'late')).toBeNull();
  expect(await watch('fan7', 'star')).toEqual([{ watching: true, platforms: [] }]);
  // One whose time is over makes room.
  await raw.zadd(watchers, 1, 'fan3');
  expect(await watch('late', 'star')).toEqual([{ watching: true, platforms: [] }]);
  expect(await raw.zscore(watchers, 'fan3')).toBeNull();
});

it('knows what was told only as long as all watchers know the same', async () => {
  const { directory, raw, keys } = fixture;
  const told = () => raw.get(keys.told(key('bea')));
  await watch('v1', 'bea');
  expect(await told()).toBe('');
  await watch('v2', 'bea');
  expect(await told()).toBe('');
  await directory.register('a', 'bea', route({ platform: 'ios' }), { mode: 'unlimited' });
  await watch('v3', 'bea');
  expect(await told()).toBeNull();
  // Whoever watches alone has been told everything by the answer.
  for (const viewer of ['v1', 'v2']) await directory.removeWatcher(key(viewer), ['bea']);
  await watch('v3', 'bea');
  expect(await told()).toBe('ios');
});
