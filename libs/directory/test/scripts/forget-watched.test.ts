import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Fixture, sharedFixture } from '../fixture.js';

let fixture: Fixture;
const key = (userId: string) => ({ appId: 'a', userId });

beforeAll(async () => {
  fixture = await sharedFixture();
});
afterAll(() => fixture.close());

async function watching(viewer: string, ...users: string[]) {
  await fixture.directory.noteWatched(key(viewer), users, 60_000);
  await fixture.directory.addWatcher(key(viewer), users, 60_000);
}
async function left(viewer: string, ...users: string[]) {
  const { raw, keys } = fixture;
  const found = users.map(async (user) => raw.zscore(keys.watchers(key(user)), viewer));
  const watchers = await Promise.all(found);
  return {
    watched: await raw.zrange(keys.watched(key(viewer)), '0', '-1'),
    watchedBy: users.filter((_, at) => watchers[at] !== null),
  };
}

it('ends those that are named', async () => {
  await watching('ann', 'u1', 'u2', 'u3');
  await fixture.directory.removeWatcher(key('ann'), ['u1', 'u3', 'nobody']);
  expect(await left('ann', 'u1', 'u2', 'u3')).toEqual({ watched: ['u2'], watchedBy: ['u2'] });
});

it('ends all when none is named', async () => {
  await watching('bea', 'u1', 'u2');
  await watching('carl', 'u1');
  await fixture.directory.removeWatcher(key('bea'), []);
  expect(await left('bea', 'u1', 'u2')).toEqual({ watched: [], watchedBy: [] });
  expect(await left('carl', 'u1')).toEqual({ watched: ['u1'], watchedBy: ['u1'] });
  await fixture.directory.removeWatcher(key('nobody'), []);
});

it('ends one that is named although its note was lost', async () => {
  await watching('dora', 'u4');
  await fixture.raw.del(fixture.keys.watched(key('dora')));
  await fixture.directory.removeWatcher(key('dora'), ['u4']);
  expect(await left('dora', 'u4')).toEqual({ watched: [], watchedBy: [] });
});
