import { fromJson, type DescField, type DescMessage, type JsonValue } from '@bufbuild/protobuf';

/** Messages inside messages. */
export const JSON_MAX_DEPTH = 32;
/** Values that a search looks at one by one: a refusal must not cost much more than an answer. */
export const JSON_FLAW_MAX_VALUES = 1_000;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Where a JSON value departs from its message. */
export interface JsonFlaw {
  /** The path of the first field at fault, in proto spelling; `body` for the message itself. */
  readonly field: string;
  readonly what: string;
}

/**
 * The library that reads JSON tells that something is wrong, and of what type the field was; this finds which one it was.
 * Undefined when nothing is found, or not within JSON_FLAW_MAX_VALUES. Values are never quoted.
 */
export function findFlaw(message: DescMessage, value: JsonValue): JsonFlaw | undefined {
  return new FlawSearch().inMessage(message, value, '', 0);
}

export function hasLoneSurrogate(text: string): boolean {
  return LONE_SURROGATE.test(text);
}

class FlawSearch {
  #left = JSON_FLAW_MAX_VALUES;

  inMessage(
    desc: DescMessage,
    value: JsonValue,
    path: string,
    depth: number,
  ): JsonFlaw | undefined {
    if (depth > JSON_MAX_DEPTH) return flaw(path, 'is nested too deeply');
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return flaw(path, 'is not of its type');
    }
    const set = new Set<unknown>();
    for (const [key, inner] of Object.entries(value)) {
      const field = desc.fields.find(({ name, jsonName }) => key === name || key === jsonName);
      if (!field) return flaw(joined(path, presentable(key)), 'is not a known field');
      const here = joined(path, field.name);
      if (inner !== null && set.has(field.oneof ?? field)) {
        return flaw(here, 'is set twice, or beside another of its kind');
      }
      if (inner !== null) set.add(field.oneof ?? field);
      const found = this.#inField(field, inner, here, depth);
      if (found) return found;
    }
    return undefined;
  }

  #inField(field: DescField, value: JsonValue, path: string, depth: number): JsonFlaw | undefined {
    // As everywhere in this mapping, null leaves a field unset.
    if (value === null) return undefined;
    if (field.fieldKind !== 'list') return this.#inValue(field, value, path, depth);
    if (!Array.isArray(value)) return flaw(path, 'is not of its type');
    for (const [index, inner] of value.entries()) {
      const found = this.#inValue(field, inner, `${path}[${index}]`, depth);
      if (found) return found;
      if (this.#left <= 0) return undefined;
    }
    return undefined;
  }

  #inValue(field: DescField, value: JsonValue, path: string, depth: number): JsonFlaw | undefined {
    this.#left -= 1;
    if (field.message) return this.inMessage(field.message, value, path, depth + 1);
    if (typeof value === 'string' && hasLoneSurrogate(value)) {
      return flaw(path, 'holds a lone surrogate');
    }
    try {
      fromJson(field.parent, { [field.name]: field.fieldKind === 'list' ? [value] : value });
      return undefined;
    } catch {
      return flaw(path, 'is not of its type');
    }
  }
}

function flaw(path: string, what: string): JsonFlaw {
  return { field: path === '' ? 'body' : path, what };
}

function joined(path: string, name: string): string {
  return path === '' || name === '' ? path + name : `${path}.${name}`;
}

/** Names come from outside here: they are repeated only when they look like one. */
function presentable(key: string): string {
  return /^[A-Za-z0-9_]{1,64}$/.test(key) ? key : '';
}
