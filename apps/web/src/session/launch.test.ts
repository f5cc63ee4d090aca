import { describe, expect, it } from 'vitest';
import { deviceOf } from './device.js';
import { hashOf, joinHashOf, joinTokenFromHash, openFromHash, readLaunch } from './launch.js';

describe('launch', () => {
  it('reads who, which device and which language from the address', () => {
    expect(readLaunch('?as=alice&device=2', 'zh-CN')).toEqual({
      as: 'alice',
      deviceSlot: '2',
      language: 'zh',
    });
    expect(readLaunch('?device=../x&as=%20&lang=zh', 'en')).toEqual({
      as: undefined,
      deviceSlot: '1',
      language: 'zh',
    });
  });

  it('tells a link into a group from a conversation', () => {
    const hash = joinHashOf('t_-9');
    expect([hash, joinTokenFromHash(hash), openFromHash(hash)]).toEqual([
      '#join=t_-9',
      't_-9',
      undefined,
    ]);
    expect(joinTokenFromHash('#d:alice:bob')).toBeUndefined();
  });

  it('keeps the open conversation in the address', () => {
    expect(openFromHash(hashOf('d:alice:bob'))).toBe('d:alice:bob');
    expect(openFromHash('#d%3Aalice%3Abob')).toBe('d:alice:bob');
    expect([openFromHash(hashOf(undefined)), openFromHash('#%E0%A4%A')]).toEqual([
      undefined,
      undefined,
    ]);
  });
});

describe('device', () => {
  it('is the same for a user and slot, and another for any other', () => {
    const kept = new Map<string, string>();
    const storage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    };
    let made = 0;
    const of = (userId: string, slot: string) =>
      deviceOf(storage, userId, slot, () => String((made += 1))).id;
    expect([of('alice', '1'), of('alice', '1'), of('alice', '2'), of('bob', '1')]).toEqual([
      'web-1',
      'web-1',
      'web-2',
      'web-3',
    ]);
  });
});
