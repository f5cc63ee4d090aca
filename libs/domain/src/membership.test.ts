import { describe, expect, it } from 'vitest';
import { isVisible, unreadCount, visibleLastSeq } from './membership.js';

describe('visibility', () => {
  it('begins after the join and ends with the leave', () => {
    const stint = { joinedSeq: 3, leftSeq: 5 };
    expect([2, 3, 4, 5, 6].map((seq) => isVisible(stint, seq))).toEqual([
      false,
      false,
      true,
      true,
      false,
    ]);
  });

  it('has no end for a current member', () => {
    expect(isVisible({ joinedSeq: 0, leftSeq: null }, 1)).toBe(true);
    expect(visibleLastSeq({ joinedSeq: 0, leftSeq: null }, 9)).toBe(9);
    expect(visibleLastSeq({ joinedSeq: 0, leftSeq: 4 }, 9)).toBe(4);
  });
});

describe('unread', () => {
  it('is the distance of ordinals and never negative', () => {
    expect(unreadCount(7, 3)).toBe(4);
    expect(unreadCount(3, 3)).toBe(0);
    expect(unreadCount(3, 7)).toBe(0);
  });
});
