import { expect, it } from 'vitest';
import { BUCKET_COUNT, bucketOf, crc16 } from './bucket.js';

it('is the CRC-16 that Redis Cluster uses', () => {
  expect(crc16('123456789')).toBe(0x31c3);
  expect(crc16('')).toBe(0);
  expect(crc16('user1000') % 16_384).toBe(3443);
});

it('never changes: lines that are stored now must be found by later versions', () => {
  expect(bucketOf('app', 'user-1')).toBe(crc16('app:user-1') % 256);
  expect([bucketOf('a', 'u1'), bucketOf('a', 'u2'), bucketOf('b', 'u1')]).toMatchInlineSnapshot(`
    [
      220,
      191,
      0,
    ]
  `);
});

it('spreads users over all buckets', () => {
  const counts = new Array<number>(BUCKET_COUNT).fill(0);
  for (let n = 0; n < 25_600; n += 1) {
    const bucket = bucketOf('app', `user-${n}`);
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  expect(Math.min(...counts)).toBeGreaterThan(50);
  expect(Math.max(...counts)).toBeLessThan(200);
});
