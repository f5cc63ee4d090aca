import { expect, test } from 'vitest';
import { encodeMessage, encodeWith } from './encode-message.js';
import { Entry, Text } from './gen/queqiao/client/v1/entry.js';

const text = (length: number) => ({ text: 'x'.repeat(length) });
const plain = (length: number): Uint8Array => Text.encode(text(length)).finish();

test.each([0, 1, 130, 70_000, 5])(
  'the same bytes as a writer of its own: %i characters',
  (length) => {
    expect(encodeMessage(Text, text(length))).toEqual(plain(length));
  },
);

test('bytes that were returned stay as they are', () => {
  const first = encodeMessage(Text, text(40));
  encodeMessage(Text, { text: 'y'.repeat(40) });
  expect(first).toEqual(plain(40));
});

test('a message within another', () => {
  let inner: Uint8Array | undefined;
  const outer = encodeWith((writer) => {
    writer.uint32(10).fork();
    inner = encodeMessage(Text, text(3));
    return writer.uint32(10).string('abc').join();
  });
  expect(inner).toEqual(plain(3));
  expect(outer).toEqual(Uint8Array.of(10, 5, 10, 3, 97, 98, 99));
});

test('a text that is missing is refused, wherever it is, and never written as a word', () => {
  const missing = [{ ...Entry.create(), clientMsgId: undefined }, { content: { body: undefined } }];
  for (const message of missing) {
    expect(() => encodeMessage(Entry, message as unknown as Entry)).toThrow('make messages with');
  }
  expect(encodeMessage(Text, text(3))).toEqual(plain(3));
});

test('after a message that could not be written', () => {
  const broken = { ...Entry.decode(new Uint8Array()), conversationId: 'd:a:b', seq: Number.NaN };
  expect(() => encodeMessage(Entry, broken)).toThrow('NaN');
  expect(encodeMessage(Text, text(3))).toEqual(plain(3));
});
