import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameError } from './frame-codec.js';
import { decodeJsonItems, encodeJsonError, encodeJsonItem } from './json-item-codec.js';
import { anyItem } from '../test/items.js';

function refusal(message: string): FrameError {
  try {
    decodeJsonItems(message);
  } catch (error) {
    if (error instanceof FrameError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

function bodyOf(message: string): string {
  const item = decodeJsonItems(message)[0]?.item;
  if (item?.$case !== 'call') throw new Error('not a call');
  return Buffer.from(item.value.body).toString();
}

describe('JSON items', () => {
  const withoutBytes = anyItem.filter((item) => item.item?.$case !== 'call');

  it('reads back what it wrote, alone and in an array', () => {
    fc.assert(
      fc.property(fc.array(withoutBytes, { minLength: 1, maxLength: 4 }), (items) => {
        const texts = items.map(encodeJsonItem);
        expect(texts.flatMap((one) => decodeJsonItems(one))).toEqual(items);
        expect(decodeJsonItems(`[${texts.join(',')}]`)).toEqual(items);
      }),
    );
  });

  it('keeps the body of calls and replies inline', () => {
    const call = '{"call":{"id":3,"method":"m","affinity":"a","body":{"text":"hi","n":[1]}}}';
    const [item] = decodeJsonItems(call);
    expect(item).toMatchObject({ item: { $case: 'call', value: { id: 3, affinity: 'a' } } });
    expect(bodyOf(call)).toBe('{"text":"hi","n":[1]}');
    if (item === undefined) throw new Error('no item');
    expect(JSON.parse(encodeJsonItem(item))).toEqual(JSON.parse(call));

    const reply = '{"reply":{"id":4,"body":{"seq":"9"}}}';
    const [answer] = decodeJsonItems(reply);
    if (answer === undefined) throw new Error('no item');
    expect(encodeJsonItem(answer)).toBe(reply);
  });

  it('says zero instead of leaving it out', () => {
    const text = '{"push":{"memberState":{"conversationId":"g:a","readSeq":"5"}}}';
    const [item] = decodeJsonItems(text);
    if (item === undefined) throw new Error('no item');
    expect(JSON.parse(encodeJsonItem(item))).toMatchObject({
      push: { memberState: { readSeq: '5', unread: '0', rev: '0' } },
    });
  });

  it('takes a missing body as an empty message', () => {
    expect(bodyOf('{"call":{"id":1,"method":"m"}}')).toBe('{}');
  });

  it('takes int64 as numbers and as strings, and writes strings', () => {
    for (const seq of ['7', '"7"']) {
      const [item] = decodeJsonItems(`{"ack":{"conversationId":"g:a","seq":${seq}}}`);
      if (item === undefined) throw new Error('no item');
      expect(encodeJsonItem(item)).toBe('{"ack":{"conversationId":"g:a","seq":"7"}}');
    }
  });

  it('writes error codes by name', () => {
    const error = { code: 14, message: 'm', field: '', retryAfterMs: 5, requestId: 'r' };
    expect(JSON.parse(encodeJsonError(error))).toEqual({
      code: 'ERROR_CODE_UNAVAILABLE',
      message: 'm',
      retryAfterMs: '5',
      requestId: 'r',
    });
  });
});

describe('strictness', () => {
  it.each([
    ['not JSON', '{', ''],
    ['a bare number', '7', ''],
    ['an empty item', '{}', ''],
    ['two kinds in one item', '{"ping":{},"refresh":{}}', ''],
    ['an unknown item', '{"pingg":{}}', 'pingg'],
    ['a prototype key', '{"__proto__":{}}', '__proto__'],
    ['a prototype key inside', '{"ping":{"__proto__":{}}}', '__proto__'],
    ['an unknown field', '{"connect":{"tokn":"x"}}', 'tokn'],
    ['an unknown nested field', '{"connect":{"device":{"idd":"x"}}}', 'idd'],
    ['a number for a string', '{"connect":{"token":5}}', 'connect.token'],
    ['an object for a scalar', '{"connect":{"generation":{}}}', 'connect.generation'],
    ['a fraction', '{"ack":{"seq":1.5}}', 'ack.seq'],
    ['a number above 2^63', '{"ack":{"seq":"9223372036854775808"}}', 'ack.seq'],
    ['a number above 2^53', '{"ack":{"seq":"9007199254740993"}}', ''],
    ['a negative call id', '{"call":{"id":-1,"method":"m"}}', 'call.id'],
    ['a body that is a string', '{"call":{"id":1,"method":"m","body":"e30="}}', 'call.body'],
    ['a body and an error', '{"reply":{"id":1,"body":{},"error":{}}}', 'reply'],
    ['null for an item', '{"ping":null}', 'ping'],
    ['a number cut off', '{"ack":{"seq":NaN}}', ''],
  ])('refuses %s', (_name, message, field) => {
    expect(refusal(message).field).toBe(field);
  });

  it.each(['7', '"x"', 'null', '[]', '{}'])(
    'says of an unknown kind that it is unknown, whatever its value: %s',
    (value) => {
      expect(refusal(`{"pingg":${value}}`)).toMatchObject({ field: 'pingg' });
      expect(refusal(`{"pingg":${value}}`).message).toContain('unknown');
    },
  );

  it('says of a known kind that it must be an object', () => {
    for (const kind of ['ping', 'tokenExpiring']) {
      const known = kind === 'ping';
      expect(refusal(`{"${kind}":7}`).message.includes('must be an object')).toBe(known);
    }
  });

  it('refuses nesting that no reader should follow', () => {
    const deep = (depth: number) => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);
    expect(refusal(`{"call":{"id":1,"method":"m","body":${deep(100_000)}}}`).field).toBe(
      'call.body',
    );
    expect(refusal('['.repeat(200_000)).field).toBe('');
  });

  it('refuses more items than allowed', () => {
    const pings = `[${Array(5).fill('{"ping":{}}').join(',')}]`;
    expect(decodeJsonItems(pings, 5)).toHaveLength(5);
    expect(() => decodeJsonItems(pings, 4)).toThrow(FrameError);
  });

  it('answers any text with items or a FrameError', () => {
    const json = fc.oneof(fc.string(), fc.json({ maxDepth: 4 }));
    fc.assert(
      fc.property(json, (message) => {
        try {
          decodeJsonItems(message);
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
