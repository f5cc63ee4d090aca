import { describe, expect, it } from 'vitest';
import { rememberedPerson, rememberPerson } from './person.js';

function storage(...kept: [string, string][]) {
  const texts = new Map(kept);
  return {
    texts,
    getItem: (key: string) => texts.get(key) ?? null,
    setItem: (key: string, value: string) => void texts.set(key, value),
    removeItem: (key: string) => void texts.delete(key),
  };
}

describe('the person of a tab', () => {
  it('is remembered until signing out', () => {
    const tab = storage();
    const alice = { name: 'Alice', userId: 'alice', socketUrl: 'ws://127.0.0.1/ws' };
    expect(rememberedPerson(tab)).toBeUndefined();
    rememberPerson(tab, alice);
    expect(rememberedPerson(tab)).toEqual(alice);
    rememberPerson(tab, undefined);
    expect(rememberedPerson(tab)).toBeUndefined();
    expect(tab.texts.size).toBe(0);
  });

  it.each(['nonsense', '{"name":"Alice"}', 'null', '[]'])('is nobody when it is %s', (text) => {
    expect(rememberedPerson(storage(['queqiao.person', text]))).toBeUndefined();
  });
});
