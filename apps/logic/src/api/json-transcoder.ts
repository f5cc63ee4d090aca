import {
  fromBinary,
  fromJsonString,
  toBinary,
  toJson,
  type DescMessage,
  type JsonValue,
} from '@bufbuild/protobuf';
import { invalidArgument } from '@queqiao/domain';
import { findFlaw, hasLoneSurrogate, JSON_MAX_DEPTH } from './json-flaw.js';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const text = new TextEncoder();
/** An escape that is half of a surrogate pair, alone or not. */
const SURROGATE_ESCAPE = /\\u[dD][89a-fA-F]/;

/**
 * The binary form of a request that came as JSON. Unknown fields, mistyped values and repeated keys are INVALID_ARGUMENT
 * naming the field by its path in proto spelling; values are never quoted. Numbers are still to be checked for their range.
 */
export function jsonToBinary(message: DescMessage, json: Uint8Array): Uint8Array {
  const source = decodeText(json);
  // Written as bytes they would silently become other characters.
  if (SURROGATE_ESCAPE.test(source) && holdsLoneSurrogate(source)) throw refusal(message, source);
  try {
    return toBinary(message, fromJsonString(message, source, { recursionLimit: JSON_MAX_DEPTH }));
  } catch (error) {
    throw refusal(message, source, error);
  }
}

/** UTF-8 JSON of a response. Zeros and empty strings are written out: for clients they are values, not gaps. */
export function binaryToJson(message: DescMessage, bytes: Uint8Array): Uint8Array {
  const value = toJson(message, fromBinary(message, bytes), { alwaysEmitImplicit: true });
  return text.encode(JSON.stringify(value));
}

function decodeText(json: Uint8Array): string {
  // A call without a body has none in JSON either.
  if (json.length === 0) return '{}';
  try {
    return utf8.decode(json);
  } catch {
    throw invalidArgument('body', 'is not UTF-8');
  }
}

/** False for what is not JSON: whoever reads it finds out. */
function holdsLoneSurrogate(source: string): boolean {
  let found = false;
  try {
    JSON.parse(source, (key, value: unknown) => {
      found ||= hasLoneSurrogate(key) || (typeof value === 'string' && hasLoneSurrogate(value));
      return value;
    });
  } catch {
    return false;
  }
  return found;
}

function refusal(message: DescMessage, source: string, error?: unknown): Error {
  const repeated = error instanceof Error && error.message.includes('duplicate object key');
  if (repeated) return invalidArgument('body', 'sets a field twice');
  let value: JsonValue;
  try {
    value = JSON.parse(source) as JsonValue;
  } catch {
    return invalidArgument('body', 'is not JSON');
  }
  const { field, what } = findFlaw(message, value) ?? { field: 'body', what: 'is not of its type' };
  return invalidArgument(field, what);
}
