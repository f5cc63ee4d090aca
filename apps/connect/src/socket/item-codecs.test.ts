import { decodeFrame, encodeItems, type Item } from '@queqiao/protocol/client';
import { decodeJsonItems } from '@queqiao/protocol/json';
import { describe, expect, it } from 'vitest';
import { jsonCodec, negotiate, protoCodec } from './item-codecs.js';

const items: Item[] = [
  { item: { $case: 'pong', value: { serverMs: 5 } } },
  { item: { $case: 'resync', value: { conversationId: 'g:a', reason: 'é' } } },
];
const error = { code: 14, message: 'away', field: '', retryAfterMs: 5, requestId: 'r' };
const decodeJson = (message: Uint8Array) => decodeJsonItems(new TextDecoder().decode(message));
const decodeProto = (message: Uint8Array) => decodeFrame(Uint8Array.from(message));

describe.each([
  ['proto', protoCodec, decodeProto],
  ['json', jsonCodec, decodeJson],
] as const)('%s', (_name, codec, decode) => {
  it('joins chunks into one message, in order', () => {
    const chunks = items.map((item) => codec.encode(item));
    expect(decode(codec.join(chunks))).toEqual(items);
    expect(decode(codec.join(chunks.slice(0, 1)))).toEqual(items.slice(0, 1));
  });

  it('writes replies around bodies and errors', () => {
    const body = codec.name === 'json' ? new TextEncoder().encode('{"a":"é"}') : Uint8Array.of(1);
    expect(decode(codec.reply(7, body))).toEqual([
      { item: { $case: 'reply', value: { id: 7, result: { $case: 'body', value: body } } } },
    ]);
    expect(decode(codec.replyError(8, error))).toEqual([
      { item: { $case: 'reply', value: { id: 8, result: { $case: 'error', value: error } } } },
    ]);
  });

  it('shares no memory with the message that it read', () => {
    const text = '{"call":{"id":1,"method":"m","body":{"a":1}}}';
    const value = { id: 1, method: 'm', body: Uint8Array.of(1, 2, 3), affinity: '', requestId: '' };
    const call: Item = { item: { $case: 'call', value } };
    const message = codec.name === 'json' ? new TextEncoder().encode(text) : encodeItems([call]);
    const [read] = codec.decode(message);
    const bodyBefore = read?.item?.$case === 'call' ? [...read.item.value.body] : [];
    message.fill(0);
    expect(read?.item?.$case === 'call' ? [...read.item.value.body] : []).toEqual(bodyBefore);
    expect(bodyBefore.length).toBeGreaterThan(0);
  });
});

describe('negotiation', () => {
  it.each([
    ['queqiao.v1.proto', 'proto'],
    ['mqtt , queqiao.v1.json', 'json'],
    ['queqiao.v1.json,queqiao.v1.proto', 'json'],
    ['', undefined],
    ['queqiao.v2.proto', undefined],
  ])('of %j', (offered, expected) => {
    expect(negotiate(offered)?.codec.name).toBe(expected);
  });
});
