import { describe, expect, it } from 'vitest';
import { translator } from './strings.js';
import { Times } from './times.js';

const at = (day: number, hour: number, minute = 0): number =>
  new Date(2026, 2, day, hour, minute).getTime();

describe('Times', () => {
  const times = new Times('en', translator('en'), () => at(20, 9));

  it('names days by how near they are', () => {
    expect(times.day(at(20, 0, 1))).toBe('Today');
    expect(times.day(at(19, 23, 59))).toBe('Yesterday');
    expect(times.day(at(18, 9))).toBe('18 March 2026');
  });

  it('shortens times in lists', () => {
    expect(times.short(at(20, 8, 5))).toBe('08:05');
    expect(times.short(at(18, 9))).toBe('Wed');
    expect(times.short(at(2, 9))).toBe('2 Mar');
  });

  it('tells how long something is ago within a day', () => {
    const words = [at(20, 9), at(20, 8, 59), at(20, 8, 1), at(20, 8), at(19, 9, 1), at(2, 9)];
    expect(words.map((ms) => times.ago(ms))).toEqual([
      'just now',
      '1 min ago',
      '59 min ago',
      '1 h ago',
      '23 h ago',
      '2 Mar',
    ]);
    // Clocks differ a little.
    expect(times.ago(at(20, 9, 3))).toBe('just now');
  });

  it('tells local days apart', () => {
    expect(times.dayOf(at(20, 0))).toBe(times.dayOf(at(20, 23, 59)));
    expect(times.dayOf(at(20, 0))).not.toBe(times.dayOf(at(19, 23, 59)));
  });
});
