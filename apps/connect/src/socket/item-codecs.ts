import { decodeFrame, encodeItems, encodeReplyFrame, type Item } from '@queqiao/protocol/client';
import { decodeJsonItems, encodeJsonError, encodeJsonItem } from '@queqiao/protocol/json';
import type { ItemCodec } from '../session/ports.js';

export const SUBPROTOCOLS = { proto: 'queqiao.v1.proto', json: 'queqiao.v1.json' } as const;

const text = new TextDecoder();

export const protoCodec: ItemCodec = {
  name: 'proto',
  decode: (message) => decodeFrame(message).map(ownBody),
  encode: (item) => encodeItems([item]),
  reply: encodeReplyFrame,
  replyError: (id, error) =>
    encodeItems([
      { item: { $case: 'reply', value: { id, result: { $case: 'error', value: error } } } },
    ]),
  join: ([first = new Uint8Array(), ...rest]) =>
    rest.length === 0 ? first : Buffer.concat([first, ...rest]),
};

const REPLY_ID = '{"reply":{"id":';
const REPLY_BODY = ',"body":';
const REPLY_ERROR = ',"error":';
const END = '}}';
const [OPEN, COMMA, CLOSE] = [Buffer.from('['), Buffer.from(','), Buffer.from(']')];

export const jsonCodec: ItemCodec = {
  name: 'json',
  decode: (message) => decodeJsonItems(text.decode(message)),
  encode: (item) => Buffer.from(encodeJsonItem(item)),
  reply: (id, body) =>
    Buffer.concat([Buffer.from(`${REPLY_ID}${id}${REPLY_BODY}`), body, Buffer.from(END)]),
  replyError: (id, error) =>
    Buffer.from(`${REPLY_ID}${id}${REPLY_ERROR}${encodeJsonError(error)}${END}`),
  join: (chunks) => {
    const [first = new Uint8Array()] = chunks;
    if (chunks.length <= 1) return first;
    const parts = chunks.flatMap((chunk, at) => (at === 0 ? [OPEN, chunk] : [COMMA, chunk]));
    return Buffer.concat([...parts, CLOSE]);
  },
};

/** A call's body travels on after the transport has taken the message's memory back. */
function ownBody(item: Item): Item {
  const inner = item.item;
  if (inner?.$case === 'call') inner.value.body = inner.value.body.slice();
  return item;
}

/** The first subprotocol of the client's list that this server speaks. */
export function negotiate(offered: string): { codec: ItemCodec; name: string } | null {
  for (const word of offered.split(',')) {
    const name = word.trim();
    if (name === SUBPROTOCOLS.proto) return { codec: protoCodec, name };
    if (name === SUBPROTOCOLS.json) return { codec: jsonCodec, name };
  }
  return null;
}
