import { describe, expect, it } from 'vitest';
import { FRIEND_WAYS, isPending } from './friend.js';

describe('a request', () => {
  it('can be answered until its last millisecond', () => {
    expect(isPending({ state: 'pending', expiresMs: 1_000 }, 999)).toBe(true);
    expect(isPending({ state: 'pending', expiresMs: 1_000 }, 1_000)).toBe(false);
  });

  it('can be answered once', () => {
    for (const state of ['accepted', 'rejected', 'cancelled'] as const) {
      expect(isPending({ state, expiresMs: 1_000 }, 0)).toBe(false);
    }
    expect(isPending(null, 0)).toBe(false);
  });
});

it('ways are stored by their places, which never change', () => {
  expect(FRIEND_WAYS.map((way, place) => `${place} ${way}`)).toEqual([
    '0 unsaid',
    '1 id',
    '2 nickname',
    '3 phone',
    '4 qr',
    '5 group',
    '6 card',
    '7 business',
  ]);
});
