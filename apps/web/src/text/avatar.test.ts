import { describe, expect, it } from 'vitest';
import { AVATAR_HUES, hueOf, initialsOf, isLargeEmoji } from './avatar.js';

describe('avatars', () => {
  it('takes initials as people expect them', () => {
    const names = ['alice', 'Alice Smith', 'mary-jane.watson', '王小明', '👩‍🚀 Zoe', '', '--'];
    expect(names.map(initialsOf)).toEqual(['A', 'AS', 'MW', '明', '👩‍🚀Z', '?', '?']);
  });

  it('keeps the colour of an id', () => {
    const hues = ['alice', 'bob', 'carol', 'dave'].map(hueOf);
    expect(hues).toEqual(['alice', 'bob', 'carol', 'dave'].map(hueOf));
    expect(new Set(hues).size).toBeGreaterThan(1);
    expect(hues.every((hue) => hue >= 0 && hue < AVATAR_HUES)).toBe(true);
  });

  it('draws a few emoji large, and nothing else', () => {
    expect(['🎉', '👩‍🚀👍🏽', '❤️ '].map(isLargeEmoji)).toEqual([true, true, true]);
    expect(['', '7', 'hi 🎉', '🎉🎉🎉🎉', '©'].map(isLargeEmoji)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});
