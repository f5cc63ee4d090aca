import { escape } from 'mysql2';
import { StoreDefect } from '../errors.js';

/**
 * Values as SQL literals, for statements whose number of rows changes with every batch. Formatting them here once is
 * cheaper than having the driver look for placeholders in a text of a hundred kilobytes. Valid for sessions that were set
 * up by this package: utf8mb4, backslash escapes on.
 */
const PLAIN = /^[A-Za-z0-9_.:-]*$/;

export function text(value: string): string {
  return PLAIN.test(value) ? `'${value}'` : escape(value);
}

export function integer(value: number): string {
  if (!Number.isSafeInteger(value)) throw new StoreDefect('a number is not a safe integer');
  return String(value);
}

export function bytes(value: Uint8Array): string {
  const { buffer, byteOffset, byteLength } = value;
  return `x'${Buffer.from(buffer, byteOffset, byteLength).toString('hex')}'`;
}

/** JSON text holds no control characters, so that only these two would end or change the literal. */
export function json(value: unknown): string {
  return `'${JSON.stringify(value).replace(/['\\]/g, '\\$&')}'`;
}
