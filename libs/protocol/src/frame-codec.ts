import { encodeMessage } from './encode-message.js';
import { checkFrame } from './frame-check.js';
import { FrameError } from './frame-error.js';
import { Frame, type Item } from './gen/queqiao/client/v1/socket.js';

export { FrameError } from './frame-error.js';

/** Most items that one WebSocket message may hold, in both subprotocols. */
export const MAX_ITEMS_PER_MESSAGE = 1024;

/** The bytes of one binary WebSocket message. Frames concatenate: the bytes of two are a frame with the items of both. */
export function encodeItems(items: readonly Item[]): Uint8Array {
  return encodeMessage(Frame, { items: items as Item[] });
}

/**
 * Reads a binary WebSocket message. Bytes fields of the result may share memory with the input.
 * Throws FrameError for anything that is not a well-formed frame of known items: a cut, a wrong wire type, a length beyond
 * its parent, text that is not UTF-8, an int64 outside of ±2^53, an unknown item, or more than `maxItems` items.
 */
export function decodeFrame(bytes: Uint8Array, maxItems = MAX_ITEMS_PER_MESSAGE): Item[] {
  checkFrame(bytes, maxItems);
  try {
    return Frame.decode(bytes).items;
  } catch {
    // What the check lets pass and the generated reader refuses: numbers beyond 2^53.
    throw new FrameError('', 'number out of range');
  }
}

const REPLY_TAG = 0x52;
const BODY_TAG = 0x12;

/**
 * The same bytes as encodeItems of one reply with a body, written into one allocation: replies are the hottest thing that
 * connect encodes.
 */
export function encodeReplyFrame(id: number, body: Uint8Array): Uint8Array {
  const idLength = id === 0 ? 0 : 1 + varintLength(id);
  const replyLength = idLength + 1 + varintLength(body.length) + body.length;
  const itemLength = 1 + varintLength(replyLength) + replyLength;
  const out = new Uint8Array(1 + varintLength(itemLength) + itemLength);
  let at = writeVarint(out, 1, itemLength);
  out[0] = 0x0a;
  out[at++] = REPLY_TAG;
  at = writeVarint(out, at, replyLength);
  if (id !== 0) {
    out[at++] = 0x08;
    at = writeVarint(out, at, id);
  }
  out[at++] = BODY_TAG;
  at = writeVarint(out, at, body.length);
  out.set(body, at);
  return out;
}

function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) length++;
  return length;
}

function writeVarint(out: Uint8Array, start: number, value: number): number {
  let at = start;
  let rest = value;
  while (rest >= 128) {
    out[at++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  out[at++] = rest;
  return at;
}
