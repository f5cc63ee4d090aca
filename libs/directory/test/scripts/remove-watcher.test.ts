import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Fixture, sharedFixture } from '../fixture.js';

let fixture: Fixture;
const key = (userId: string) => ({ appId: 'a', userId });

beforeAll(async () => {
  fixture = await sharedFixture();
});
afterAll(() => fixture.close());

it('removes one watcher of a user, and no other', async () => {
  const { directory, raw, keys } = fixture;
  for (const viewer of ['v1', 'v2']) await directory.addWatcher(key(viewer), ['ann'], 60_000);
  await directory.removeWatcher(key('v1'), ['ann']);
  expect(await raw.zrange(keys.watchers(key('ann')), '0', '-1')).toEqual(['v2']);
  await directory.removeWatcher({ appId: 'other', userId: 'v2' }, ['ann']);
  expect(await raw.zrange(keys.watchers(key('ann')), '0', '-1')).toEqual(['v2']);
});
