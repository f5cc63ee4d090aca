import {
  createFileRegistry,
  fromBinary,
  fromJson,
  toBinary,
  toJson,
  type DescMessage,
  type JsonValue,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { MAX_ITEMS_PER_MESSAGE } from './frame-codec.js';
import { FrameError } from './frame-error.js';
import { descriptorSet } from './gen/descriptor-set.js';
import { Item } from './gen/queqiao/client/v1/socket.js';
import { Error as ErrorMessage } from './gen/queqiao/common/v1/error.js';

const ITEM_TYPE = 'queqiao.client.v1.Item';
const ERROR_TYPE = 'queqiao.common.v1.Error';
const utf8 = new TextEncoder();
const text = new TextDecoder();
type JsonObject = { [key: string]: JsonValue };

/**
 * Reads a text WebSocket message: one item or an array of items. The body of a call or reply in the result is the UTF-8
 * JSON text of what stood inline (`{}` when there was none); whoever knows the method reads it.
 * Throws FrameError naming the field for anything unknown or mistyped.
 */
export function decodeJsonItems(message: string, maxItems = MAX_ITEMS_PER_MESSAGE): Item[] {
  const parsed = parse(message);
  if (!Array.isArray(parsed)) return [readItem(parsed)];
  if (parsed.length > maxItems) {
    throw new FrameError('items', `more than ${String(maxItems)} in one message`);
  }
  return parsed.map(readItem);
}

/** The JSON text of one item; the body of a call or reply must be JSON text and is put in inline. */
export function encodeJsonItem(item: Item): string {
  const inner = item.item;
  if (inner?.$case === 'reply' && inner.value.result?.$case === 'body') {
    return encodeJsonReply(inner.value.id, text.decode(inner.value.result.value));
  }
  if (inner?.$case === 'call') return encodeJsonCall(inner.value);
  const desc = describe(ITEM_TYPE);
  // Zero is said, not left out: an unread count of 0 is news.
  const message = fromBinary(desc, Item.encode(item).finish());
  return JSON.stringify(toJson(desc, message, { alwaysEmitImplicit: true }));
}

/** A reply item around a response message that is JSON text already. */
export function encodeJsonReply(id: number, bodyText: string): string {
  return `{"reply":{"id":${String(id)},"body":${bodyText}}}`;
}

/** The JSON text of an error, for example inside a reply. */
export function encodeJsonError(error: ErrorMessage): string {
  const desc = describe(ERROR_TYPE);
  return JSON.stringify(toJson(desc, fromBinary(desc, ErrorMessage.encode(error).finish())));
}

function encodeJsonCall(call: {
  id: number;
  method: string;
  body: Uint8Array;
  affinity: string;
  requestId: string;
}): string {
  const { id, method, affinity, requestId } = call;
  const optional = {
    ...(affinity === '' ? {} : { affinity }),
    ...(requestId === '' ? {} : { requestId }),
  };
  const head = JSON.stringify({ id, method, ...optional });
  return `{"call":${head.slice(0, -1)},"body":${text.decode(call.body)}}}`;
}

function parse(message: string): unknown {
  try {
    return JSON.parse(message) as unknown;
  } catch {
    throw new FrameError('', 'not JSON');
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readItem(json: unknown): Item {
  if (!isObject(json)) throw new FrameError('', 'an item is an object');
  const keys = Object.keys(json);
  const kind = keys[0];
  if (keys.length !== 1 || kind === undefined) {
    throw new FrameError('', 'an item holds exactly one field');
  }
  const value = json[kind];
  if (!isObject(value)) {
    throw new FrameError(knownName(kind), isKind(kind) ? 'must be an object' : 'unknown');
  }
  const { rest, body } =
    kind === 'call' || kind === 'reply' ? splitBody(value, kind) : whole(value);
  const item = convert({ [kind]: rest });
  if (body !== undefined) putBody(item, body);
  return item;
}

function isKind(name: string): boolean {
  return describe(ITEM_TYPE).fields.some((field) => field.jsonName === name || field.name === name);
}

function whole(value: JsonObject): { rest: JsonObject; body: undefined } {
  return { rest: value, body: undefined };
}

/** Takes the inline body out, because its type is the method's business. */
function splitBody(
  value: JsonObject,
  kind: string,
): { rest: JsonObject; body: string | undefined } {
  const { body, ...rest } = value;
  if (body === undefined) return { rest, body: kind === 'call' ? '{}' : undefined };
  if (!isObject(body)) throw new FrameError(`${kind}.body`, 'must be an object');
  try {
    return { rest, body: JSON.stringify(body) };
  } catch {
    throw new FrameError(`${kind}.body`, 'nested too deeply');
  }
}

function putBody(item: Item, bodyText: string): void {
  const body = utf8.encode(bodyText);
  if (item.item?.$case === 'call') item.item.value.body = body;
  else if (item.item?.$case === 'reply') {
    if (item.item.value.result !== undefined) {
      throw new FrameError('reply', 'holds either a body or an error');
    }
    item.item.value.result = { $case: 'body', value: body };
  }
}

function convert(json: JsonObject): Item {
  const desc = describe(ITEM_TYPE);
  let bytes: Uint8Array;
  try {
    bytes = toBinary(desc, fromJson(desc, json));
  } catch (error) {
    throw new FrameError(fieldNamedBy(error), 'unknown, or not of its type');
  }
  try {
    return Item.decode(bytes);
  } catch {
    throw new FrameError('', 'number out of range');
  }
}

/** The library says the field's or key's name in its message only. */
function fieldNamedBy(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  const key = /key "([^"]{0,64})" is unknown/.exec(message)?.[1];
  if (key !== undefined) return knownName(key);
  const path = /field queqiao\.[a-z]+\.v1\.([A-Za-z]+)\.([a-z0-9_]+)/.exec(message);
  return path === null ? '' : `${(path[1] ?? '').toLowerCase()}.${path[2] ?? ''}`;
}

/** Names come from outside here: they are repeated only when they look like a name. */
function knownName(key: string): string {
  return /^[A-Za-z0-9_]{1,64}$/.test(key) ? key : '';
}

const descriptors = new Map<string, DescMessage>();

function describe(typeName: string): DescMessage {
  const known = descriptors.get(typeName);
  if (known !== undefined) return known;
  const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptorSet()));
  for (const name of [ITEM_TYPE, ERROR_TYPE]) {
    const desc = registry.getMessage(name);
    if (desc === undefined) throw new Error(`${name} is not in the descriptor set`);
    descriptors.set(name, desc);
  }
  return describe(typeName);
}
