import type { JsonValue } from '@queqiao/testkit';
import type { Answer } from './ways.js';

/** Times of this century; smaller ones were sent. */
const SINCE_MS = 1_500_000_000_000;
const UNTIL_MS = 3_000_000_000_000;
/** What the server makes up, by the names of fields. */
const MADE_UP = /^(postId|commentId|roomId)$/;
/** A group's id that nobody has asked for. */
const GROUP_ID = /^[a-z0-9]{26}$/;
const OPAQUE = /([cC]ursor|[tT]oken)$/;

/**
 * An answer without what differs from app to app: the marker, times, and ids that the server has made up, each under a name of its
 * own. `madeUp` learns of new ones.
 */
export function plain(answer: Answer, marker: string, madeUp: Map<string, string>): unknown {
  const told = answer as unknown as JsonValue;
  learn(told, madeUp);
  const names = [...madeUp].sort(([a], [b]) => b.length - a.length);
  const words = (text: string): string =>
    names.reduce((said, [id, name]) => said.replaceAll(id, name), text.replaceAll(marker, '<app>'));
  return without(told, '', words);
}

function learn(value: JsonValue, madeUp: Map<string, string>, key = ''): void {
  if (typeof value === 'string') {
    const isMadeUp = MADE_UP.test(key) || (key === 'groupId' && GROUP_ID.test(value));
    if (isMadeUp && value !== '' && !madeUp.has(value)) {
      madeUp.set(value, `<${key} ${madeUp.size}>`);
    }
  } else if (Array.isArray(value)) {
    for (const each of value) learn(each, madeUp, key);
  } else if (value !== null && typeof value === 'object') {
    for (const [name, each] of Object.entries(value)) learn(each, madeUp, name);
  }
}

function without(value: JsonValue, key: string, words: (text: string) => string): unknown {
  if (typeof value === 'string') {
    if (key.endsWith('Ms') && Number(value) > SINCE_MS && Number(value) < UNTIL_MS) return '<time>';
    return OPAQUE.test(key) && value !== '' ? `<${key}>` : words(value);
  }
  if (Array.isArray(value)) return value.map((each) => without(each, key, words));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, without(each, name, words)]),
  );
}
