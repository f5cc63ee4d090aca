import { describe, expect, it } from 'vitest';
import { decodePage, encodePage, pageLimit } from './paging.js';

describe('the limit of a page', () => {
  const bounds = { byDefault: 20, max: 50 };

  it('is what was asked for, or the default', () => {
    expect([0, 1, 50].map((limit) => pageLimit(limit, bounds))).toEqual([20, 1, 50]);
  });

  it('is refused out of bounds', () => {
    for (const limit of [-1, 51]) {
      expect(() => pageLimit(limit, bounds)).toThrow('limit: must be 1 to 50, or 0 for 20');
    }
  });
});

describe('a token', () => {
  it('holds the place where a list goes on, whatever is in it', () => {
    const parts = [7, 'ännu "ett\u0000 渡'] as const;
    expect(decodePage(encodePage(parts), ['number', 'string'])).toEqual(parts);
    expect(decodePage('', ['number'])).toBeNull();
    for (const id of ['', 'ann_1.-']) expect(decodePage(encodePage([id]), ['id'])).toEqual([id]);
  });

  it('is refused when it is of another list, or of nobody', () => {
    const strange = ['x', 'bnVsbA', encodePage([]), encodePage([1, 2]), encodePage(['1'])];
    for (const token of [...strange, encodePage([1.5]), encodePage([2 ** 60])]) {
      expect(() => decodePage(token, ['number'])).toThrow('page_token');
    }
    for (const id of ['渡', 'a b', "'", 'x'.repeat(65), 7]) {
      expect(() => decodePage(encodePage([id]), ['id'])).toThrow('page_token');
    }
  });
});
