import { ScalarType, type DescField, type DescMessage } from '@bufbuild/protobuf';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { JsonValue } from '../rig/any-door.js';

/** Something that a field's type rules out, whatever the method: a body with nothing else in it. */
export interface TypedCase {
  readonly codec: 'proto' | 'json';
  readonly what: string;
  readonly body: Uint8Array;
  readonly field: string;
}

const FIXED32 = 5;
const VARINT = 0;
const DELIMITED = 2;
const PAST_53 = 2n ** 53n + 1n;

type Wire = readonly [what: string, wireType: number, bytes: Uint8Array];
type Json = readonly [what: string, value: JsonValue];

/** Every field of a request, those of messages within it too; messages within themselves are gone into once. */
export function typedCases(input: DescMessage): TypedCase[] {
  return fieldPaths(input, []).flatMap((path) => [...wireCases(path), ...jsonCases(path)]);
}

function fieldPaths(message: DescMessage, above: readonly DescField[]): DescField[][] {
  return message.fields.flatMap((field) => {
    const path = [...above, field];
    const inner = field.message;
    const known = inner && above.some((each) => each.message === inner);
    return [path, ...(inner && !known ? fieldPaths(inner, path) : [])];
  });
}

function wireCases(path: readonly DescField[]): TypedCase[] {
  const [leaf, ...holders] = [...path].reverse();
  if (!leaf) return [];
  return badWire(leaf).map(([what, wireType, bytes]) => {
    const inner = new BinaryWriter().tag(leaf.number, wireType).raw(bytes).finish();
    const body = holders.reduce<Uint8Array>(
      (held, { number }) => new BinaryWriter().tag(number, DELIMITED).bytes(held).finish(),
      inner,
    );
    // The check of the wire counts no elements: it names the list.
    const field = path.map(({ name }) => name).join('.');
    return { codec: 'proto', what, body, field };
  });
}

const WRONG: Wire = ['a wrong wire type', FIXED32, new Uint8Array(4)];
const CUT: Wire = ['a length beyond the end', DELIMITED, Uint8Array.of(100)];
const WIRE: Partial<Record<ScalarType, readonly Wire[]>> = {
  [ScalarType.STRING]: [CUT, ['what is not UTF-8', DELIMITED, Uint8Array.of(2, 0xff, 0xfe)]],
  [ScalarType.BYTES]: [CUT],
  [ScalarType.INT64]: [varint('2^53 + 1', PAST_53), varint('-2^53 - 1', 2n ** 64n - PAST_53)],
  [ScalarType.UINT64]: [varint('2^53 + 1', PAST_53), varint('-1', 2n ** 64n - 1n)],
  [ScalarType.INT32]: [varint('2^31', 2n ** 31n)],
  [ScalarType.UINT32]: [varint('2^32', 2n ** 32n)],
};

function badWire(field: DescField): readonly Wire[] {
  if (field.message) return [WRONG, CUT];
  if (field.enum) return [WRONG, varint('2^31', 2n ** 31n)];
  return [WRONG, ...(WIRE[field.scalar ?? ScalarType.BOOL] ?? [])];
}

function varint(what: string, value: bigint): Wire {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7n) {
    bytes.push(Number(rest & 0x7fn) | (rest >= 0x80n ? 0x80 : 0));
    if (rest < 0x80n) return [what, VARINT, Uint8Array.from(bytes)];
  }
}

function jsonCases(path: readonly DescField[]): TypedCase[] {
  const leaf = path.at(-1);
  if (!leaf) return [];
  const cases = badJson(leaf).map(([what, value]) =>
    jsonCase(what, path, leaf.fieldKind === 'list' ? [value] : value, true),
  );
  const list = leaf.fieldKind === 'list' ? [jsonCase('a text for a list', path, 'x', false)] : [];
  return [...cases, ...list];
}

/** Lists hold one element; the flaw is in it, or the list itself is one. */
function jsonCase(
  what: string,
  path: readonly DescField[],
  value: JsonValue,
  inside: boolean,
): TypedCase {
  const [leaf, ...holders] = [...path].reverse();
  const start: JsonValue = { [leaf?.jsonName ?? '']: value };
  const body = holders.reduce<JsonValue>((held, { jsonName, fieldKind }) => {
    return { [jsonName]: fieldKind === 'list' ? [held] : held };
  }, start);
  const field = path
    .map((each) => {
      const indexed = each.fieldKind === 'list' && (each !== leaf || inside);
      // Ranges of numbers are checked once they are binary, where elements are not counted.
      return `${each.name}${indexed && !what.startsWith('beyond') ? '[0]' : ''}`;
    })
    .join('.');
  return { codec: 'json', what, body: new TextEncoder().encode(JSON.stringify(body)), field };
}

const TEXT: Json = ['a text', 'x'];
const OBJECT: Json = ['an object', {}];
const WHOLE: readonly Json[] = [['2^32', 4_294_967_296], ['a fraction', 1.5], TEXT, OBJECT];
const JSON_VALUES: Partial<Record<ScalarType, readonly Json[]>> = {
  [ScalarType.STRING]: [['a number for a text', 5], OBJECT, ['a lone surrogate', 'a\ud800']],
  [ScalarType.BYTES]: [
    ['what is not base64', '***'],
    ['a number for bytes', 5],
  ],
  [ScalarType.BOOL]: [
    ['a text for a bool', 'yes'],
    ['a number for a bool', 1],
  ],
  [ScalarType.INT64]: [['beyond 2^53', '9007199254740993'], ['2^64', '18446744073709551616'], TEXT],
  [ScalarType.UINT64]: [['beyond 2^53', '9007199254740993'], ['a negative', '-1'], TEXT],
  [ScalarType.INT32]: WHOLE,
  [ScalarType.UINT32]: WHOLE,
};

function badJson(field: DescField): readonly Json[] {
  if (field.message)
    return [
      ['a text for a message', 'x'],
      ['a list for a message', []],
    ];
  if (field.enum) return [['an unknown name', 'NONSENSE']];
  return JSON_VALUES[field.scalar ?? ScalarType.BOOL] ?? [TEXT, OBJECT];
}
