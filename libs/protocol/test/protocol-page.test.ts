import {
  createFileRegistry,
  fromBinary,
  fromJsonString,
  toBinary,
  toJson,
  type DescMessage,
  type JsonObject,
  type JsonValue,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { CLOSE_CODES, closeDuty, ERROR_TABLE } from '@queqiao/domain';
import { expect, test } from 'vitest';
import { decodeFrame, encodeItems, type Item } from '../src/client.js';
import { descriptorSet } from '../src/descriptor.js';
import { decodeJsonItems, encodeJsonError, encodeJsonItem } from '../src/json.js';
import { blocks, codeSpans, hexBytes, rows } from './protocol-page.js';

type Inner = NonNullable<Item['item']>;
type Method = { input: DescMessage; output: DescMessage };

const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptorSet()));
const examples = blocks('json').flatMap((block) => decodeJsonItems(block));
const items = examples.flatMap(({ item }) => (item === undefined ? [] : [item]));
const calls = items.flatMap((item) => (item.$case === 'call' ? [item.value] : []));
const replies = items.flatMap((item) => (item.$case === 'reply' ? [item.value] : []));

function methods(): Map<string, Method> {
  const client = [...registry.files].filter(({ proto }) => proto.package === 'queqiao.client.v1');
  return new Map(
    client
      .flatMap(({ services }) => services)
      .flatMap(({ typeName, methods: all }) =>
        all.map(({ name, input, output }) => [`${typeName}/${name}`, { input, output }] as const),
      ),
  );
}

/** The binary form of an inline body; throws for a field that the type does not have. */
function bodyBytes(type: DescMessage | undefined, body: Uint8Array): Uint8Array {
  if (type === undefined) throw new Error('unknown method');
  return toBinary(type, fromJsonString(type, new TextDecoder().decode(body)));
}

test('shows an example of every kind of item', () => {
  const kinds = registry.getMessage('queqiao.client.v1.Item')?.fields.map(({ name }) => name);
  const shown = new Set<string>(items.map(({ $case }) => $case));
  expect([...shown].sort()).toEqual(kinds?.sort());
  const events = registry.getMessage('queqiao.client.v1.Push')?.fields;
  const pushed = items.flatMap((item) => (item.$case === 'push' ? [item.value.event?.$case] : []));
  expect(new Set(pushed)).toEqual(new Set(events?.map(({ localName }) => localName)));
});

test('has bodies that fit the methods of its calls', () => {
  const known = methods();
  expect(calls.length).toBeGreaterThan(2);
  for (const { method, body } of calls) bodyBytes(known.get(method)?.input, body);
});

test('has replies that fit the calls of the same id', () => {
  const known = methods();
  const byId = new Map(calls.map(({ id, method }) => [id, known.get(method)]));
  const results = replies.map(({ id, result }) => ({ type: byId.get(id), result }));
  for (const { type, result } of results) {
    expect(type, 'every reply answers a call of the page').toBeDefined();
    if (result?.$case === 'body') bodyBytes(type?.output, result.value);
  }
  const answered = replies.filter(({ result }) => result?.$case === 'body').map(({ id }) => id);
  expect(new Set(answered)).toEqual(new Set(calls.map(({ id }) => id)));
});

/** Field numbers from which on items come from the server. */
const FIRST_OF_SERVER = 8;
const ITEM = registry.getMessage('queqiao.client.v1.Item');
const fromServer = new Set(
  ITEM?.fields.filter(({ number }) => number >= FIRST_OF_SERVER).map(({ name }) => name),
);

/** Items from the server, as they stand on the page. */
function serverItems(): { item: Inner; shown: JsonObject }[] {
  return blocks('json').flatMap((block) => {
    const shown = [JSON.parse(block) as JsonObject | JsonObject[]].flat();
    return decodeJsonItems(block).flatMap(({ item }, index) => {
      const text = shown[index];
      return item && text && fromServer.has(item.$case) ? [{ item, shown: text }] : [];
    });
  });
}

/** The same item as the server writes it: zeros are said; of replies, logic writes the bodies and connect the errors. */
function asSent(item: Inner): JsonObject {
  const parsed = (text: string) => JSON.parse(text) as JsonObject;
  if (item.$case !== 'reply') return parsed(encodeJsonItem({ item }));
  const { id, result } = item.value;
  if (result?.$case === 'error')
    return { reply: { id, error: parsed(encodeJsonError(result.value)) } };
  const output = outputOf(id);
  const message = fromBinary(output, bodyBytes(output, result?.value ?? new Uint8Array()));
  return { reply: { id, body: toJson(output, message, { alwaysEmitImplicit: true }) } };
}

/** Of the method that the call of this id on the page names. */
function outputOf(id: number): DescMessage {
  const method = calls.find((call) => call.id === id)?.method ?? '';
  const output = methods().get(method)?.output;
  if (!output) throw new Error(`the page has no call ${String(id)} that is answered`);
  return output;
}

/** The names of all fields, with those of what is inside them. */
function keysOf(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(keysOf);
  if (typeof value !== 'object' || value === null) return typeof value;
  const entries = Object.entries(value).map(([key, inner]) => [key, keysOf(inner)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

test('shows the very fields that the server sends', () => {
  expect(serverItems().length).toBeGreaterThan(10);
  for (const { item, shown } of serverItems()) expect(keysOf(shown)).toEqual(keysOf(asSent(item)));
});

/** Notes which fields of which messages a value has; of a reply the body is a message of its own. */
function note(desc: DescMessage, value: JsonValue, seen: Map<DescMessage, Set<string>>): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
  const names = seen.get(desc) ?? new Set<string>();
  seen.set(desc, names);
  for (const { jsonName, message } of desc.fields) {
    const inner = value[jsonName];
    if (inner === undefined) continue;
    names.add(jsonName);
    if (message) for (const each of [inner].flat()) note(message, each, seen);
  }
}

test('shows every field of what the server sends, those too that are not always there', () => {
  const seen = new Map<DescMessage, Set<string>>();
  for (const { item, shown } of serverItems()) {
    if (ITEM) note(ITEM, shown, seen);
    const reply = shown['reply'];
    if (item.$case !== 'reply' || item.value.result?.$case !== 'body') continue;
    const body = typeof reply === 'object' && reply !== null && 'body' in reply ? reply.body : null;
    note(outputOf(item.value.id), body ?? null, seen);
  }
  const missing = [...seen].flatMap(([{ name, fields }, shown]) =>
    fields
      .filter(({ jsonName, oneof }) => !shown.has(jsonName) && !oneof)
      .map(({ jsonName }) => `${name}.${jsonName}`),
  );
  expect(missing).toEqual([]);
});

test('shows the bytes of its first call', () => {
  const [hex = ''] = blocks('hex');
  const [call] = calls;
  if (call === undefined) throw new Error('no call on the page');
  const body = bodyBytes(methods().get(call.method)?.input, call.body);
  const inner: Inner = { $case: 'call', value: { ...call, body } };
  expect(decodeFrame(hexBytes(hex))).toEqual([{ item: inner }]);
  expect(hexBytes(hex)).toEqual(encodeItems([{ item: inner }]));
});

test('lists the methods of the client services', () => {
  const listed = rows(/^\w+Service\/\w+$/).map(([name = '']) => `queqiao.client.v1.${name}`);
  expect(listed.sort()).toEqual([...methods().keys()].sort());
});

test('lists the platforms', () => {
  const named = codeSpans().filter((span) => span.startsWith('PLATFORM_'));
  const values = registry.getEnum('queqiao.client.v1.Platform')?.values.map(({ name }) => name);
  expect(['PLATFORM_UNSPECIFIED', ...named]).toEqual(values);
});

/** The names of the gRPC status codes, which the page spells out. */
const STATUS_NAMES: Readonly<Record<number, string>> = {
  3: 'INVALID_ARGUMENT',
  4: 'DEADLINE_EXCEEDED',
  5: 'NOT_FOUND',
  6: 'ALREADY_EXISTS',
  7: 'PERMISSION_DENIED',
  8: 'RESOURCE_EXHAUSTED',
  9: 'FAILED_PRECONDITION',
  10: 'ABORTED',
  11: 'OUT_OF_RANGE',
  12: 'UNIMPLEMENTED',
  13: 'INTERNAL',
  14: 'UNAVAILABLE',
  16: 'UNAUTHENTICATED',
};

test('lists the errors as the table in the code has them', () => {
  const wanted = Object.entries(ERROR_TABLE).map(([code, { grpcStatus, retryable, effect }]) => [
    code,
    `${grpcStatus} ${STATUS_NAMES[grpcStatus] ?? ''}`,
    retryable ? 'yes' : 'no',
    effect,
  ]);
  expect(rows(/^[A-Z_]+$/)).toEqual(wanted);
});

test('lists the close codes with what they ask of the client', () => {
  const duties = {
    retry: /^reconnects /,
    'new-token': /^gets a new token/,
    stop: /^must not reconnect/,
  };
  const listed = rows(/^4\d\d\d$/);
  expect(listed.map(([code]) => Number(code))).toEqual(Object.values(CLOSE_CODES));
  for (const [code, , duty] of listed) expect(duty).toMatch(duties[closeDuty(Number(code))]);
});
