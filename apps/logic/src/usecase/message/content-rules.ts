import type { MessageKind } from '@queqiao/domain';
import type { AppRules } from '../app/ports.js';

/** What a field must be. Limits by name are the app's; `chars` counts code points, `bytes` UTF-8 or raw bytes. */
export type FieldRule =
  | { readonly type: 'bytes'; readonly min: number; readonly max: number | LimitName }
  | { readonly type: 'chars'; readonly min: number; readonly max: number }
  | { readonly type: 'url'; readonly optional: boolean }
  | { readonly type: 'integer' | 'number'; readonly min: number; readonly max: number };
export type LimitName = 'maxTextBytes' | 'maxCustomBytes';
export type KindRules = Readonly<Record<string, FieldRule>>;

const MAX_URL_BYTES = 2_048;
const MAX_SIZE_BYTES = Number.MAX_SAFE_INTEGER;
const MAX_PIXELS = 1_000_000;

const bytes = (min: number, max: number | LimitName): FieldRule => ({ type: 'bytes', min, max });
const chars = (min: number, max: number): FieldRule => ({ type: 'chars', min, max });
const integer = (min: number, max: number): FieldRule => ({ type: 'integer', min, max });
const degrees = (max: number): FieldRule => ({ type: 'number', min: -max, max });
const url: FieldRule = { type: 'url', optional: false };
const optionalUrl: FieldRule = { type: 'url', optional: true };
const pixels = integer(0, MAX_PIXELS);
const size = integer(0, MAX_SIZE_BYTES);
const format = bytes(0, 64);

/** Every plain field of every kind of message. What is made of other messages is checked beside the table. */
export const CONTENT_RULES = {
  text: { text: bytes(1, 'maxTextBytes') },
  face: { pack: bytes(1, 64), name: bytes(1, 64) },
  voice: { url, durationMs: integer(1, 3_600_000), sizeBytes: size, format },
  image: {
    url,
    thumbnailUrl: optionalUrl,
    width: pixels,
    height: pixels,
    sizeBytes: size,
    format,
  },
  file: { url, name: chars(1, 255), sizeBytes: size, mediaType: bytes(0, 255) },
  location: {
    latitude: degrees(90),
    longitude: degrees(180),
    name: chars(0, 255),
    address: chars(0, 255),
  },
  command: { name: bytes(1, 64), data: bytes(0, 8_192) },
  custom: { type: bytes(1, 64), data: bytes(0, 'maxCustomBytes'), summary: chars(0, 255) },
  video: {
    url,
    coverUrl: optionalUrl,
    durationMs: integer(1, 86_400_000),
    width: pixels,
    height: pixels,
    sizeBytes: size,
    format,
  },
  card: { name: chars(0, 100), avatarUrl: optionalUrl },
  mergedForward: { title: chars(1, 100) },
} as const satisfies Record<MessageKind | 'command', KindRules>;

/** What is wrong with a value. `limit`: the app would allow a smaller one. */
export interface Flaw {
  readonly code: 'INVALID_ARGUMENT' | 'LIMIT_EXCEEDED';
  readonly what: string;
}

/** Null for a value that keeps the rule. */
export function flawOf(
  rule: FieldRule,
  value: unknown,
  limits: Pick<AppRules, LimitName>,
): Flaw | null {
  switch (rule.type) {
    case 'bytes':
      return lengthFlaw(byteLength(value), rule, limits);
    case 'chars':
      return invalidUnless(within(codePoints(value), rule), `must have ${range(rule)} characters`);
    case 'url':
      return invalidUnless(isUrl(value, rule.optional), urlHint(rule.optional));
    case 'integer':
      return invalidUnless(
        Number.isSafeInteger(value) && within(Number(value), rule),
        `must be a whole number of ${range(rule)}`,
      );
    case 'number':
      return invalidUnless(
        Number.isFinite(value) && within(Number(value), rule),
        `must be a number of ${range(rule)}`,
      );
  }
}

function lengthFlaw(
  length: number,
  { min, max }: Extract<FieldRule, { type: 'bytes' }>,
  limits: Pick<AppRules, LimitName>,
): Flaw | null {
  if (typeof max === 'number') {
    return invalidUnless(within(length, { min, max }), `must have ${range({ min, max })} bytes`);
  }
  if (length < min) return { code: 'INVALID_ARGUMENT', what: 'must not be empty' };
  if (length <= limits[max]) return null;
  const what = `has ${length} bytes, more than ${limits[max]} (${max})`;
  return { code: 'LIMIT_EXCEEDED', what };
}

function invalidUnless(valid: boolean, what: string): Flaw | null {
  return valid ? null : { code: 'INVALID_ARGUMENT', what };
}

interface Range {
  readonly min: number;
  readonly max: number;
}

function within(value: number, { min, max }: Range): boolean {
  return value >= min && value <= max;
}

function range({ min, max }: Range): string {
  return `${min} to ${max}`;
}

function byteLength(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  return value instanceof Uint8Array ? value.byteLength : Number.NaN;
}

function codePoints(value: unknown): number {
  return typeof value === 'string' ? Array.from(value).length : Number.NaN;
}

function urlHint(optional: boolean): string {
  const what = `must be an http or https URL of at most ${MAX_URL_BYTES} bytes`;
  return optional ? `${what}, or empty` : what;
}

/** No white space or control characters, which URL parsers drop silently: two readers would disagree about the address. */
function isUrl(value: unknown, optional: boolean): boolean {
  if (value === '') return optional;
  if (typeof value !== 'string' || Buffer.byteLength(value) > MAX_URL_BYTES) return false;
  return /^https?:\/\/[^\s\p{Cc}]+$/iu.test(value) && URL.canParse(value);
}
