import { isId } from '@queqiao/domain';
import { describe, expect, it } from 'vitest';
import { MAX_NAME_LENGTH, personName } from './person-name.js';

describe('personName', () => {
  it('takes a plain name as the id and leaves the nickname alone', () => {
    expect(personName(' alice ')).toEqual({ userId: 'alice', nickname: undefined });
  });

  it('lowers letters and joins words, and shows the name as typed', () => {
    expect(personName('Alice  Smith')).toEqual({ userId: 'alice-smith', nickname: 'Alice Smith' });
  });

  it('gives every other name an id of its own, always the same', () => {
    const { userId, nickname } = personName('小明');
    expect(nickname).toBe('小明');
    expect(isId(userId)).toBe(true);
    expect(personName('小明').userId).toBe(userId);
    expect(personName('小红').userId).not.toBe(userId);
    expect(personName('a:b').userId).not.toBe(personName('ab').userId);
  });

  it('refuses names that nobody could read, naming the field', () => {
    for (const name of ['', '   ', 'x'.repeat(MAX_NAME_LENGTH + 1), 'a\u0000b', 'a\u202eb']) {
      expect(() => personName(name)).toThrow(/^name: /);
    }
    expect(personName('😀'.repeat(MAX_NAME_LENGTH)).nickname).toHaveLength(2 * MAX_NAME_LENGTH);
  });
});
