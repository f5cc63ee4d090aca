import { afterAll, beforeAll, expect, it } from 'vitest';
import { MAX_WATCHED } from '../../src/index.js';
import { type Fixture, sharedFixture } from '../fixture.js';

let fixture: Fixture;
const key = (userId: string) => ({ appId: 'a', userId });

beforeAll(async () => {
  fixture = await sharedFixture();
});
afterAll(() => fixture.close());

const note = (viewer: string, ...users: string[]) =>
  fixture.directory.noteWatched(key(viewer), users, 60_000);
const many = (from: number, count: number) =>
  Array.from({ length: count }, (_, n) => `u${from + n}`);

it('notes all of the users or none', async () => {
  const { raw, keys } = fixture;
  const watched = keys.watched(key('ann'));
  expect(await note('ann', ...many(0, MAX_WATCHED - 1))).toBe(true);
  expect(await note('ann', 'x', 'y')).toBe(false);
  expect(await raw.zcard(watched)).toBe(MAX_WATCHED - 1);
  expect(await note('ann', 'u1', 'x', 'u2')).toBe(true);
  expect(await note('ann', 'u1', 'y')).toBe(false);
  expect(await raw.zcard(watched)).toBe(MAX_WATCHED);
});

it('forgets those whose time is over, and extends the others', async () => {
  const { raw, keys } = fixture;
  const watched = keys.watched(key('bea'));
  await note('bea', ...many(0, MAX_WATCHED));
  await raw.zadd(watched, 1, 'u0');
  await raw.pexpire(watched, 5_000);
  const before = Number(await raw.zscore(watched, 'u1'));
  expect(await note('bea', 'new', 'u1')).toBe(true);
  expect(await raw.zscore(watched, 'u0')).toBeNull();
  expect(Number(await raw.zscore(watched, 'u1'))).toBeGreaterThanOrEqual(before);
  expect(await raw.pttl(watched)).toBeGreaterThan(50_000);
});

it('counts each user by itself', async () => {
  await note('carl', ...many(0, MAX_WATCHED));
  expect(await note('dora', ...many(0, MAX_WATCHED))).toBe(true);
});
