import type { DescMessage } from '@bufbuild/protobuf';
import { invalidArgument } from '@queqiao/domain';
import { wireShapeOf, type FieldShape, type WireShape } from './wire-shape.js';

/** Messages inside messages; the contract needs four. */
export const WIRE_MAX_DEPTH = 32;
const MAX_VARINT_BYTES = 10;
const UINT32_MAX = 0xffff_ffff;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Checks that bytes are a well-formed message: lengths stay within their parents, known fields have their wire type, strings
 * are UTF-8, and numbers fit (64-bit ones within 2^53). Generated readers let most of that pass silently. Unknown fields are
 * skipped: a newer client may send them. Throws INVALID_ARGUMENT naming the field; the input is never quoted.
 */
export function checkWire(message: DescMessage, bytes: Uint8Array): void {
  checkMessage(new Cursor(bytes), wireShapeOf(message), bytes.length, '', 0);
}

class Cursor {
  at = 0;
  /** Of the last varint: the whole number when it has fewer than 10 bytes, inexact beyond 2^53. */
  value = 0;
  /** Bytes of the last varint. */
  width = 0;

  constructor(readonly bytes: Uint8Array) {}

  varint(end: number, path: string): number {
    let value = 0;
    let scale = 1;
    for (let used = 1; used <= MAX_VARINT_BYTES; used += 1) {
      if (this.at >= end) throw malformed(path, 'is cut within a number');
      const byte = this.bytes[this.at++] ?? 0;
      value += (byte & 0x7f) * scale;
      scale *= 128;
      if (byte < 0x80) {
        this.width = used;
        this.value = value;
        return value;
      }
    }
    throw malformed(path, 'holds a number of more than 10 bytes');
  }

  delimited(end: number, path: string): number {
    const length = this.varint(end, path);
    if (length > end - this.at) throw malformed(path, 'is longer than what holds it');
    return this.at + length;
  }

  skip(bytes: number, end: number, path: string): void {
    if (bytes > end - this.at) throw malformed(path, 'is cut within a number');
    this.at += bytes;
  }
}

function checkMessage(
  cursor: Cursor,
  shape: WireShape,
  end: number,
  path: string,
  depth: number,
): void {
  if (depth > WIRE_MAX_DEPTH) throw malformed(path, 'is nested too deeply');
  while (cursor.at < end) {
    const tag = cursor.varint(end, path);
    const wireType = tag % 8;
    const number = Math.floor(tag / 8);
    if (number === 0 || tag > UINT32_MAX) throw malformed(path, 'holds a malformed tag');
    const field = shape.get(number);
    if (!field) skipField(cursor, wireType, end, path);
    else {
      const fieldPath = path === '' ? field.name : `${path}.${field.name}`;
      checkField(cursor, field, wireType, end, fieldPath, depth);
    }
  }
}

function checkField(
  cursor: Cursor,
  field: FieldShape,
  wireType: number,
  end: number,
  path: string,
  depth: number,
): void {
  if (field.packable && wireType === 2) {
    const stop = cursor.delimited(end, path);
    while (cursor.at < stop) checkNumber(cursor, field, stop, path);
    return;
  }
  if (wireType !== field.wireType) throw malformed(path, 'is not of its type');
  if (wireType !== 2) {
    checkNumber(cursor, field, end, path);
    return;
  }
  const stop = cursor.delimited(end, path);
  if (field.message) checkMessage(cursor, field.message(), stop, path, depth + 1);
  else if (field.value === 'string') checkUtf8(cursor.bytes, cursor.at, stop, path);
  cursor.at = stop;
}

function checkNumber(cursor: Cursor, field: FieldShape, end: number, path: string): void {
  if (field.wireType !== 0) {
    cursor.skip(field.wireType === 1 ? 8 : 4, end, path);
    return;
  }
  const start = cursor.at;
  const value = cursor.varint(end, path);
  // The common case: what fits into 31 bits fits everywhere.
  if (value <= 0x7fff_ffff || field.value === 'bool') return;
  const exact = cursor.width < MAX_VARINT_BYTES ? value : signed(cursor.bytes, start, cursor.at);
  if (!inRange(field.value, exact)) throw malformed(path, 'is out of range');
}

function inRange(kind: FieldShape['value'], value: number): boolean {
  switch (kind) {
    case 'int32':
      return value >= -0x8000_0000 && value <= 0x7fff_ffff;
    case 'uint32':
      return value >= 0 && value <= UINT32_MAX;
    case 'uint64':
      return value >= 0 && value <= Number.MAX_SAFE_INTEGER;
    case 'int64':
      return Math.abs(value) <= Number.MAX_SAFE_INTEGER;
    case 'bool':
    case 'fixed':
    case 'string':
    case 'bytes':
      return true;
  }
}

/** A varint of ten bytes has its sign bit set. */
function signed(bytes: Uint8Array, start: number, end: number): number {
  let value = 0n;
  for (let at = end - 1; at >= start; at -= 1)
    value = (value << 7n) | BigInt((bytes[at] ?? 0) & 0x7f);
  return Number(BigInt.asIntN(64, value));
}

function skipField(cursor: Cursor, wireType: number, end: number, path: string): void {
  if (wireType === 0) cursor.varint(end, path);
  else if (wireType === 1) cursor.skip(8, end, path);
  else if (wireType === 2) cursor.at = cursor.delimited(end, path);
  else if (wireType === 5) cursor.skip(4, end, path);
  else throw malformed(path, 'holds an unsupported wire type');
}

function checkUtf8(bytes: Uint8Array, start: number, end: number, path: string): void {
  for (let at = start; at < end; at += 1) {
    if ((bytes[at] ?? 0) < 0x80) continue;
    try {
      utf8.decode(bytes.subarray(at, end));
    } catch {
      throw malformed(path, 'is not UTF-8');
    }
    return;
  }
}

function malformed(path: string, what: string): Error {
  return invalidArgument(path === '' ? 'body' : path, what);
}
