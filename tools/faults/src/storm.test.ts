import { expect, it } from 'vitest';
import { stormBreaches, type Storm } from './storm.js';

const calm: Storm = {
  returnedMs: [1_000, 60_000],
  missing: 0,
  statements: { atOnce: 2_000, calm: 1_000 },
};

it('keeps what is promised up to the bounds', () => {
  expect([...stormBreaches(calm)]).toEqual([]);
});

it('names what is beyond them', () => {
  const storm = { returnedMs: [60_001], missing: 3, statements: { atOnce: 2_010, calm: 1_000 } };
  expect([...stormBreaches(storm)]).toEqual([
    '3 devices did not come back',
    'the last was back after 60001 ms',
    'the database had 2.01 times the statements of a calm day',
  ]);
});
