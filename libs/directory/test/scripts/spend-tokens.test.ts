import { afterAll, beforeAll, expect, it } from 'vitest';
import { BUCKET_COUNT, crc16 } from '../../src/bucket.js';
import { MAX_SPENDS } from '../../src/index.js';
import { type Fixture, sharedFixture } from '../fixture.js';

/** Slow enough that nothing refills within a test. */
const SLOW = { perSecond: 0.001, burst: 10 };

let fixture: Fixture;
beforeAll(async () => {
  fixture = await sharedFixture();
});
afterAll(() => fixture.close());

const spend = (key: string, spent: number, limit = SLOW) =>
  fixture.directory.rateBuckets.spend([{ key, limit, spent }]);
const keyOf = (key: string) => fixture.keys.rate(crc16(key) % BUCKET_COUNT, key);
const storedAt = async (key: string) => (await fixture.raw.get(keyOf(key)))?.split('|');

it('a bucket that nobody has taken from is full, and what is spent is taken from it', async () => {
  const levels = [await spend('a', 0), await spend('a', 3), await spend('a', 4)].flat();
  expect(levels.map(Math.round)).toEqual([10, 7, 3]);
});

it('what several nodes spent together can be more than there was: a debt', async () => {
  await spend('b', 8);
  const [level = 0] = await spend('b', 8);
  expect(Math.round(level)).toBe(-6);
});

it('refills by the time that has passed, and never beyond the burst', async () => {
  await spend('c', 10);
  const now = Date.now();
  await fixture.raw.set(keyOf('c'), `-4.000|${now - 60_000}`);
  const [level = 0] = await spend('c', 0, { perSecond: 0.1, burst: 10 });
  expect(level).toBeGreaterThanOrEqual(2);
  expect(level).toBeLessThan(3);
  await fixture.raw.set(keyOf('c'), `-4.000|${now - 3_600_000}`);
  expect(await spend('c', 0, { perSecond: 1, burst: 10 })).toEqual([10]);
});

it('a clock that went back refills nothing and takes nothing', async () => {
  await fixture.raw.set(keyOf('d'), `5.000|${Date.now() + 60_000}`);
  expect(await spend('d', 1)).toEqual([4]);
});

it('is gone when it would be full again', async () => {
  await spend('e', 5, { perSecond: 0.1, burst: 10 });
  const ttlMs = await fixture.raw.pttl(keyOf('e'));
  expect(ttlMs).toBeGreaterThan(40_000);
  expect(ttlMs).toBeLessThanOrEqual(51_000);
});

it('many buckets are charged by one call, each what was spent of it', async () => {
  const { rateBuckets } = fixture.directory;
  const spends = Array.from({ length: 250 }, (_, n) => ({
    key: `many:${n}`,
    limit: SLOW,
    spent: n % 10,
  }));
  const levels = await rateBuckets.spend(spends);
  expect(levels.map(Math.round)).toEqual(spends.map(({ spent }) => 10 - spent));
  expect(Number((await storedAt('many:249'))?.[0])).toBe(1);
});

it('takes no more buckets than it says', async () => {
  const spends = Array.from({ length: MAX_SPENDS + 1 }, (_, n) => ({
    key: `x${n}`,
    limit: SLOW,
    spent: 1,
  }));
  await expect(fixture.directory.rateBuckets.spend(spends)).rejects.toThrow('at most');
});
