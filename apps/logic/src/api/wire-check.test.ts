import type { DescMessage } from '@bufbuild/protobuf';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { DomainError } from '@queqiao/domain';
import { PullEntriesRequest, SendRequest } from '@queqiao/protocol/client';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { methodSchemas } from './method-schemas.js';
import { checkWire } from './wire-check.js';

const schemas = methodSchemas();
const input = (path: string): DescMessage => {
  const schema = schemas.get(path);
  if (!schema) throw new Error(`no method ${path}`);
  return schema.input;
};
const send = input('queqiao.client.v1.MessageService/Send');
const pull = input('queqiao.client.v1.ConversationService/PullEntries');
const kick = input('queqiao.link.v1.SessionService/KickSession');

const message = SendRequest.encode(
  SendRequest.create({
    conversationId: 'd:alice:bob',
    clientMsgId: 'm1',
    content: { body: { $case: 'text', value: { text: 'grüß 🌉' } } },
  }),
).finish();

function refusal(schema: DescMessage, bytes: Uint8Array): unknown {
  try {
    checkWire(schema, bytes);
    return undefined;
  } catch (error) {
    return error;
  }
}

const numberField = (field: number, write: (writer: BinaryWriter) => void): Uint8Array => {
  const writer = new BinaryWriter().uint32(field * 8);
  write(writer);
  return writer.finish();
};

describe('the check of binary bodies', () => {
  it('lets well-formed requests pass, empty and unknown fields too', () => {
    expect(refusal(send, message)).toBeUndefined();
    expect(refusal(send, new Uint8Array())).toBeUndefined();
    const newer = new BinaryWriter()
      .uint32(99 * 8 + 2)
      .string('x')
      .uint32(98 * 8)
      .uint32(5);
    newer
      .uint32(97 * 8 + 1)
      .fixed64(1)
      .uint32(96 * 8 + 5)
      .fixed32(1);
    expect(refusal(send, Uint8Array.from([...message, ...newer.finish()]))).toBeUndefined();
  });

  it('refuses a request cut anywhere within a field', () => {
    const boundaries = new Set([0, message.length]);
    for (const fields of [1, 2]) {
      const cut = SendRequest.encode(
        SendRequest.create({
          conversationId: 'd:alice:bob',
          clientMsgId: fields > 1 ? 'm1' : '',
        }),
      ).finish();
      boundaries.add(cut.length);
    }
    for (let length = 0; length <= message.length; length += 1) {
      const error = refusal(send, message.subarray(0, length));
      if (boundaries.has(length)) expect(error, `at ${length}`).toBeUndefined();
      else expect(error, `at ${length}`).toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
  });

  it('names a field that has the wrong wire type', () => {
    const number = new BinaryWriter()
      .uint32(1 * 8)
      .uint32(5)
      .finish();
    expect(refusal(send, number)).toMatchObject({ field: 'conversation_id' });
    const inner = new BinaryWriter()
      .uint32(3 * 8 + 2)
      .fork()
      .uint32(1 * 8 + 2)
      .fork();
    const wrong = inner
      .uint32(1 * 8)
      .uint32(5)
      .join()
      .join()
      .finish();
    expect(refusal(send, wrong)).toMatchObject({ field: 'content.text.text' });
    const text = new BinaryWriter()
      .uint32(2 * 8 + 2)
      .string('x')
      .finish();
    expect(refusal(pull, text)).toMatchObject({ field: 'from_seq' });
  });

  it('refuses text that is not UTF-8', () => {
    for (const bytes of [[0xff], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xe2, 0x82]]) {
      const body = new BinaryWriter()
        .uint32(1 * 8 + 2)
        .bytes(Uint8Array.from(bytes))
        .finish();
      expect(refusal(send, body)).toMatchObject({
        code: 'INVALID_ARGUMENT',
        field: 'conversation_id',
      });
    }
  });

  it('lets numbers pass exactly as far as they fit', () => {
    const max = Number.MAX_SAFE_INTEGER;
    const long = (value: bigint) => numberField(2, (writer) => writer.int64(value.toString()));
    for (const value of [0n, 1n, BigInt(max), -1n, BigInt(-max)]) {
      expect(refusal(pull, long(value)), `${value}`).toBeUndefined();
      expect(PullEntriesRequest.decode(long(value)).fromSeq).toBe(Number(value));
    }
    for (const value of [BigInt(max) + 1n, 2n ** 63n - 1n, -(2n ** 63n), BigInt(-max) - 1n]) {
      expect(refusal(pull, long(value)), `${value}`).toMatchObject({ field: 'from_seq' });
    }
    const limit = (value: bigint) => numberField(4, (writer) => writer.int64(value.toString()));
    expect(refusal(pull, limit(-5n))).toBeUndefined();
    expect(refusal(pull, limit(2n ** 31n))).toMatchObject({ field: 'limit' });
    const session = (value: bigint) => numberField(3, (writer) => writer.uint64(value.toString()));
    expect(refusal(kick, session(BigInt(max)))).toBeUndefined();
    expect(refusal(kick, session(2n ** 64n - 1n))).toMatchObject({ field: 'session' });
    const code = (value: bigint) => numberField(4, (writer) => writer.uint64(value.toString()));
    expect(refusal(kick, code(2n ** 32n))).toMatchObject({ field: 'close_code' });
  });

  it('refuses overlong numbers, lengths beyond the end and reserved tags', () => {
    const bad = [
      [0x10, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
      [0x0a, 0xff, 0xff, 0xff, 0xff, 0x07],
      [0x00, 0x00],
      [0x0b],
      [0x0c],
      [0x9e, 0x01],
    ];
    for (const bytes of bad) {
      expect(refusal(pull, Uint8Array.from(bytes)), String(bytes)).toBeInstanceOf(DomainError);
    }
  });

  it('never throws anything but its own error', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom(send, pull, kick),
        (bytes, schema) => {
          const error = refusal(schema, bytes);
          if (error !== undefined) expect(error).toBeInstanceOf(DomainError);
          // What passes, the generated reader can read too.
          else if (schema === send) expect(() => SendRequest.decode(bytes)).not.toThrow();
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
