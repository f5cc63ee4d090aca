import {
  fromBinary,
  fromJsonString,
  toBinary,
  toJson,
  type DescField,
  type DescMessage,
  type DescOneof,
} from '@bufbuild/protobuf';
import { invalidArgument, type DomainError } from '@queqiao/domain';

/** Messages inside messages. */
const MAX_DEPTH = 32;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const text = new TextEncoder();
/** An escape that is half of a surrogate pair, alone or not. */
const SURROGATE_ESCAPE = /\\u[dD][89a-fA-F]/;
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * The binary form of a request that came as JSON. Unknown fields, mistyped values and repeated keys are INVALID_ARGUMENT
 * naming the field in proto spelling; values are never quoted. Numbers are still to be checked for their range.
 */
export function jsonToBinary(message: DescMessage, json: Uint8Array): Uint8Array {
  const source = decodeText(json);
  if (SURROGATE_ESCAPE.test(source)) refuseLoneSurrogates(source);
  try {
    return toBinary(message, fromJsonString(message, source, { recursionLimit: MAX_DEPTH }));
  } catch (error) {
    throw refusal(message, error);
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

/** Written as bytes they would silently become other characters. */
function refuseLoneSurrogates(source: string): void {
  let field: string | undefined;
  try {
    JSON.parse(source, (key, value: unknown) => {
      if (LONE_SURROGATE.test(key)) field ??= 'body';
      if (typeof value === 'string' && LONE_SURROGATE.test(value)) field ??= key;
      return value;
    });
  } catch {
    throw invalidArgument('body', 'is not JSON');
  }
  if (field !== undefined) throw invalidArgument(nameOrBody(field), 'holds a lone surrogate');
}

function refusal(message: DescMessage, error: unknown): DomainError {
  const { message: reason = '', cause } =
    error instanceof Error ? error : { message: undefined, cause: undefined };
  const field = fieldOf(cause);
  if (field !== undefined) return invalidArgument(field, 'is not of its type, or set twice');
  const unknown = /key "([^"]{0,64})" is unknown/.exec(reason)?.[1];
  if (unknown !== undefined) return invalidArgument(nameOrBody(unknown), 'is not a known field');
  if (reason.includes('duplicate object key')) return invalidArgument('body', 'sets a field twice');
  const typeName = /^cannot decode message ([\w.]+) from JSON/.exec(reason)?.[1];
  const holder = typeName === undefined ? undefined : fieldOfType(message, typeName, 0);
  return invalidArgument(holder ?? 'body', 'is not of its type');
}

function fieldOf(cause: unknown): string | undefined {
  if (!(cause instanceof Error) || !('field' in cause) || typeof cause.field !== 'function') {
    return undefined;
  }
  return (cause.field as () => DescField | DescOneof)().name;
}

/** The first field that holds messages of a type: the library names only the type. */
function fieldOfType(message: DescMessage, typeName: string, depth: number): string | undefined {
  if (depth > MAX_DEPTH) return undefined;
  for (const field of message.fields) {
    if (!field.message) continue;
    if (field.message.typeName === typeName) return field.name;
    const inner = fieldOfType(field.message, typeName, depth + 1);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

/** Names come from outside here: they are repeated only when they look like one. */
function nameOrBody(name: string): string {
  return /^[A-Za-z0-9_]{1,64}$/.test(name) ? name : 'body';
}
