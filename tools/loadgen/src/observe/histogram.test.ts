import { expect, test } from 'vitest';
import { bucketsOf, countOf, meanOf, merged, readHistogram, since } from './histogram.js';

const text = (small: number, all: number, sum: number): string => `# TYPE batch histogram
batch_bucket{le="1",node="a"} ${small}
batch_bucket{le="64",node="a"} ${all}
batch_bucket{le="+Inf",node="a"} ${all}
batch_sum{node="a"} ${sum}
batch_count{node="a"} ${all}
batch_other_bucket{le="1"} 99
`;

test('what was observed between two readings', () => {
  const observed = since(
    readHistogram(text(3, 13, 503), 'batch'),
    readHistogram(text(2, 2, 2), 'batch'),
  );
  expect(countOf(observed)).toBe(11);
  expect(meanOf(observed)).toBeCloseTo(501 / 11);
  expect(bucketsOf(observed)).toBe('≤1: 1  ≤64: 10');
});

test('several processes are one', () => {
  const sample = readHistogram(text(1, 2, 10), 'batch');
  expect(merged([sample, sample])).toEqual({
    bounds: [1, 64, Infinity],
    counts: [2, 4, 4],
    sum: 20,
  });
});

test('a process without the histogram has observed nothing', () => {
  const nothing = readHistogram('', 'batch');
  expect([countOf(nothing), meanOf(nothing), bucketsOf(nothing)]).toEqual([0, 0, '']);
});
