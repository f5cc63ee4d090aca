import { expect, test } from 'vitest';
import { latencyOf, median, quantile } from './statistics.js';

test('quantiles are values that were seen', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect([0, 0.5, 0.99, 1].map((share) => quantile(hundred, share))).toEqual([1, 50, 99, 100]);
  expect(quantile([], 0.5)).toBeNaN();
});

test('the median lies in the middle', () => {
  expect(median([9, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 9])).toBe(3);
});

test('latencies of several workers are looked at together', () => {
  const latency = latencyOf([Float64Array.of(5, 1), Float64Array.of(3)]);
  expect(latency).toEqual({ p50Ms: 3, p99Ms: 5, maxMs: 5 });
});
