import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Fixture, plant, route, sharedFixture } from '../fixture.js';

let fixture: Fixture;
const key = (userId: string) => ({ appId: 'a', userId });

beforeAll(async () => {
  fixture = await sharedFixture();
  await plant(fixture.directory, 'c1:b1');
});
afterAll(() => fixture.close());

async function login(userId: string, more: Parameters<typeof route>[0]) {
  await fixture.directory.register('a', userId, route(more), { mode: 'unlimited' });
}
const platforms = async (...users: string[]) => fixture.directory.platformsOf(users.map(key));

it('names each platform once, in byte order, for many users in theirs', async () => {
  await login('ann', { deviceId: 'd1', platform: 'web', session: 1 });
  await login('ann', { deviceId: 'd2', platform: 'ios', session: 2 });
  await login('ann', { deviceId: 'd3', platform: 'web', session: 3 });
  await login('bob', { deviceId: 'd1', platform: 'linux', session: 4 });
  expect(await platforms('bob', 'nobody', 'ann')).toEqual([['linux'], [], ['ios', 'web']]);
  expect(await platforms()).toEqual([]);
});

it('leaves out boots without a canary, and sessions that gave way', async () => {
  await login('carl', { deviceId: 'd1', platform: 'web', bootId: 'gone' });
  expect(await platforms('carl')).toEqual([[]]);
  const one = { mode: 'max-per-user', max: 1 } as const;
  for (const [at, platform] of ['ios', 'android'].entries()) {
    const line = route({ deviceId: platform, platform, session: at + 1 });
    await fixture.directory.register('a', 'dora', line, one);
  }
  expect(await platforms('dora')).toEqual([['android']]);
});

it('leaves out boots whose canary has run out, although it is still written', async () => {
  const { directory, raw, keys } = fixture;
  await plant(directory, 'c2:late');
  await login('eve', { nodeId: 'c2', bootId: 'late', platform: 'ios' });
  expect(await platforms('eve')).toEqual([['ios']]);
  for (let bucket = 0; bucket < 256; bucket += 1) {
    await raw.zadd(keys.canaries(bucket), 1, 'c2:late');
  }
  expect(await platforms('eve')).toEqual([[]]);
});

it('bounds a call', async () => {
  const many = Array.from({ length: 201 }, () => 'ann');
  await expect(platforms(...many)).rejects.toThrow(RangeError);
});
