import { FrameError } from './frame-error.js';
import { shapeOf, type Field, type Shape } from './frame-shapes.js';

/** Messages inside messages; the deepest that the contract needs is an edit of a merged forward in a pushed entry. */
const MAX_DEPTH = 32;
const MAX_VARINT_BYTES = 10;
const UINT32_MAX = 0xffff_ffff;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Checks that bytes are a well-formed Frame: every length stays within its parent, every known field has its wire type,
 * strings are UTF-8, and every Item holds exactly one known field. Unknown fields inside the item's message are skipped,
 * because a newer peer may send them. Allocates nothing per field but strings that are not ASCII.
 */
export function checkFrame(bytes: Uint8Array, maxItems: number): void {
  const cursor = new Cursor(bytes);
  const frame = shapeOf('Frame');
  let items = 0;
  while (cursor.pos < bytes.length) {
    items++;
    if (items > maxItems)
      throw new FrameError('items', `more than ${String(maxItems)} in one frame`);
    checkField(cursor, frame, bytes.length, '', 0);
  }
}

class Cursor {
  pos = 0;
  constructor(readonly bytes: Uint8Array) {}

  /** A varint that must end before `end`; exact up to 2^53, larger ones only have to be well-formed. */
  varint(end: number, path: string): number {
    let value = 0;
    let scale = 1;
    for (let used = 0; used < MAX_VARINT_BYTES; used++) {
      if (this.pos >= end) throw new FrameError(path, 'cut within a number');
      const byte = this.bytes[this.pos++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    throw new FrameError(path, 'number of more than 10 bytes');
  }

  skip(width: number, end: number, path: string): void {
    if (end - this.pos < width) throw new FrameError(path, 'cut within a number');
    this.pos += width;
  }

  /** Reads a length prefix; the end of what it announces. */
  lengthEnd(end: number, path: string): number {
    const length = this.varint(end, path);
    if (length > end - this.pos) throw new FrameError(path, 'length beyond the end');
    return this.pos + length;
  }
}

function checkMessage(
  cursor: Cursor,
  shape: Shape,
  end: number,
  path: string,
  depth: number,
): void {
  if (depth > MAX_DEPTH) throw new FrameError(path, 'nested too deeply');
  let fields = 0;
  while (cursor.pos < end) {
    checkField(cursor, shape, end, path, depth);
    fields++;
  }
  if (shape.name === 'Item' && fields !== 1) {
    throw new FrameError(path, 'an item holds exactly one field');
  }
}

function checkField(cursor: Cursor, shape: Shape, end: number, path: string, depth: number): void {
  const tag = cursor.varint(end, path);
  const wireType = tag % 8;
  const number = Math.floor(tag / 8);
  if (number === 0 || tag > UINT32_MAX) throw new FrameError(path, 'malformed tag');
  const field = shape.fields[number];
  if (field === undefined) {
    skipUnknown(cursor, shape, wireType, end, path);
    return;
  }
  // The path is for people who debug a client; "items" in front of every one would only be noise.
  const fieldPath =
    shape.name === 'Frame' ? '' : path === '' ? field.name : `${path}.${field.name}`;
  if (field.type === 'varints' && wireType === 2) {
    const stop = cursor.lengthEnd(end, fieldPath);
    while (cursor.pos < stop) cursor.varint(stop, fieldPath);
    return;
  }
  if (wireType !== field.wireType) throw new FrameError(fieldPath, 'wrong wire type');
  checkValue(cursor, field, end, fieldPath, depth);
}

function checkValue(cursor: Cursor, field: Field, end: number, path: string, depth: number): void {
  if (field.wireType === 1) {
    cursor.skip(8, end, path);
    return;
  }
  if (field.wireType === 0) {
    const value = cursor.varint(end, path);
    if (field.type === 'uint32' && value > UINT32_MAX) throw new FrameError(path, 'out of range');
    return;
  }
  const stop = cursor.lengthEnd(end, path);
  if (field.shape !== null) checkMessage(cursor, field.shape, stop, path, depth + 1);
  else if (field.type === 'string') checkUtf8(cursor.bytes, cursor.pos, stop, path);
  cursor.pos = stop;
}

function skipUnknown(
  cursor: Cursor,
  shape: Shape,
  wireType: number,
  end: number,
  path: string,
): void {
  if (shape.name === 'Frame' || shape.name === 'Item') throw new FrameError(path, 'unknown item');
  if (wireType === 0) {
    cursor.varint(end, path);
    return;
  }
  if (wireType === 2) {
    cursor.pos = cursor.lengthEnd(end, path);
    return;
  }
  const width = wireType === 1 ? 8 : wireType === 5 ? 4 : 0;
  if (width === 0) throw new FrameError(path, 'unsupported wire type');
  cursor.skip(width, end, path);
}

function checkUtf8(bytes: Uint8Array, start: number, end: number, path: string): void {
  for (let at = start; at < end; at++) {
    if ((bytes[at] ?? 0) < 0x80) continue;
    try {
      utf8.decode(bytes.subarray(at, end));
    } catch {
      throw new FrameError(path, 'not UTF-8');
    }
    return;
  }
}
