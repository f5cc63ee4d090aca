import { expect, it } from 'vitest';
import { cutDown } from './cuts.js';

const hundred = Array.from({ length: 100 }, (_, n) => n);

it('a list that fails is cut down to what it fails by', async () => {
  let tries = 0;
  const fails = (items: readonly number[]) => {
    tries += 1;
    return Promise.resolve(items.includes(17) && items.indexOf(17) < items.indexOf(80));
  };
  expect(await cutDown(hundred, fails)).toEqual([17, 80]);
  expect(tries).toBeLessThan(100);
});

it('nothing is left of one that fails by itself, and all of one that needs everything', async () => {
  expect(await cutDown(hundred, () => Promise.resolve(true))).toEqual([]);
  const all = (items: readonly number[]) => Promise.resolve(items.length === 100);
  expect(await cutDown(hundred, all)).toEqual(hundred);
});
