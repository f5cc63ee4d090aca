import { Entry } from '@queqiao/protocol/client';
import { expect, it } from 'vitest';
import { Arrivals, quantile } from './arrivals.js';

it('counts the devices that have an entry, and how long each took', () => {
  const arrivals = new Arrivals();
  const sentMs = Date.now() - 1_000;
  arrivals.note(Entry.create({ seq: 3 }));
  arrivals.note(Entry.create({ seq: 3 }));
  expect([arrivals.count(3), arrivals.count(4), arrivals.since(4, sentMs)]).toEqual([2, 0, []]);
  const took = arrivals.since(3, sentMs);
  expect(took).toHaveLength(2);
  expect(Math.min(...took)).toBeGreaterThanOrEqual(1_000);
});

it.each([
  [0.5, 50],
  [0.99, 99],
  [1, 100],
  [0, 1],
])('the quantile %d of 1 to 100 is %d, in whatever order they come', (share, value) => {
  const values = Array.from({ length: 100 }, (_, index) => ((index * 37) % 100) + 1);
  expect(quantile(values, share)).toBe(value);
});
