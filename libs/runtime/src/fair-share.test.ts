import { describe, expect, it } from 'vitest';
import { isWithinShare } from './fair-share.js';

/** How many each of them gets of a place when all take in turns as much as they may. */
function filled(count: number, max: number): number[] {
  const taken = Array.from({ length: count }, () => 0);
  const sum = (): number => taken.reduce((all, own) => all + own, 0);
  for (let before = -1; before < sum();) {
    before = sum();
    taken.forEach((own, at) => {
      if (isWithinShare(own + 1, sum() + 1, max)) taken[at] = own + 1;
    });
  }
  return taken;
}

/** The same, but one after the other. */
function filledInOrder(count: number, max: number): number[] {
  let all = 0;
  return Array.from({ length: count }, () => {
    let own = 0;
    for (; isWithinShare(own + 1, all + 1, max); own += 1) all += 1;
    return own;
  });
}

describe('the share of one of many', () => {
  it('is a quarter of the whole for one alone', () => {
    expect(filled(1, 512)).toEqual([128]);
  });

  it('is a quarter of what those have left who came before', () => {
    expect(filledInOrder(4, 512)).toEqual([128, 96, 72, 54]);
  });

  it.each([2, 4, 10, 40])('leaves something to another one when %i have theirs', (count) => {
    const taken = filled(count, 512);
    const all = taken.reduce((sum, own) => sum + own, 0);
    expect(isWithinShare(1, all + 1, 512)).toBe(true);
    expect(Math.max(...taken) - Math.min(...taken)).toBeLessThanOrEqual(1);
    expect(Math.min(...taken)).toBeGreaterThanOrEqual(Math.floor(512 / (count + 3)) - 1);
  });
});
