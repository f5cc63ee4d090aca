import type { ErrorCode } from '@queqiao/domain';
import type { JsonObject, JsonValue } from '../rig/any-door.js';

/** A value that a field must not have, and what the call is answered. */
export interface BadValue {
  /** Undefined: the field is left out. */
  readonly value: JsonValue | undefined;
  /** What the error's field says behind the path of this field: `[1]`, `.seq`. */
  readonly at: string;
  /** Instead of the path: another field of the request, or the name of a limit. */
  readonly named?: string;
  /** OK: passed over without an error, and still nothing is stored. */
  readonly code: ErrorCode | 'OK';
}

/** What may not stand in a field, beyond what its type rules out. */
export interface FieldRule {
  readonly bad: readonly BadValue[];
  /** Of messages: the rules of their own fields, for the check that none is forgotten. */
  readonly fields?: FieldRules;
  /** Of messages that are refused whatever their fields say. */
  readonly closed?: boolean;
}

/** By proto name; a test compares the names with the contract. */
export type FieldRules = Readonly<Record<string, FieldRule>>;

/** How one method is called well, and badly in every field. */
export interface MethodRow {
  readonly request: JsonObject;
  readonly fields: FieldRules;
}

type BadOptions = Partial<Pick<BadValue, 'code' | 'named' | 'at'>>;

export function bad(value: JsonValue | undefined, options: BadOptions = {}): BadValue {
  return { value, at: '', code: 'INVALID_ARGUMENT', ...options };
}

/** Refused as invalid, all of them. */
export function not(...values: JsonValue[]): FieldRule {
  return { bad: values.map((value) => bad(value)) };
}

export function also(rule: FieldRule, ...more: BadValue[]): FieldRule {
  return { ...rule, bad: [...rule.bad, ...more] };
}

export const missing = (value: JsonValue, options: BadOptions = {}): BadValue =>
  bad(value, { code: 'NOT_FOUND', ...options });

/** Every value of its type will do. */
export const free: FieldRule = not();

const LONG_ID = 'x'.repeat(65);
const NOT_IDS = ['a:b', 'a b', 'ä', 'a\u0000', '__proto__/x', LONG_ID];
export const id = not('', ...NOT_IDS);
/** A token of a list, with an id in it that nobody can have: [0,"鹊"]. */
export const ID_OF_NOBODY = 'WzAsIum5iiJd';
export const optionalId = not(...NOT_IDS);
export const conversation = not(
  '',
  'nowhere',
  'd:bob:alice',
  'd:alice',
  'd:alice:bob:carol',
  'd::bob',
  'g:',
  'x:team',
  'g:a:b',
  's:ä',
  `g:${LONG_ID}`,
  'G:team',
);
/** One that the caller is to be a member of. */
export const ownConversation = also(conversation, missing('g:nosuch'), missing('d:bob:carol'));

export const bytes = (min: number, max: number): FieldRule =>
  not(...(min > 0 ? ['x'.repeat(min - 1)] : []), 'x'.repeat(max + 1), '鹊'.repeat(max / 3 + 1));
export const characters = (min: number, max: number): FieldRule =>
  not(...(min > 0 ? ['x'.repeat(min - 1)] : []), '🌉'.repeat(max + 1));
export const data = (max: number): FieldRule => not(base64(max + 1));
export const whole = (min: number, max: number): FieldRule =>
  not(...(max < Number.MAX_SAFE_INTEGER ? [max + 1] : []), min - 1, -(2 ** 31));
export const seq = whole(1, Number.MAX_SAFE_INTEGER);

export function base64(length: number): string {
  return Buffer.alloc(length, 7).toString('base64');
}

/** A message that has to be there unless `optional`; `good` is one that is fine. */
export function message(good: JsonObject, fields: FieldRules, absent?: BadOptions): FieldRule {
  const inner = Object.entries(fields).flatMap(([name, rule]) =>
    rule.bad.map((each) => ({
      ...each,
      value: replaced(good, name, each.value),
      at: `.${name}${each.at}`,
    })),
  );
  return { bad: [...(absent ? [bad(undefined, absent)] : []), ...inner], fields };
}

interface ListOptions {
  readonly good: JsonValue;
  readonly min?: number;
  readonly max?: number;
  /** Where the good value over and over would be refused for that: one more than the maximum. */
  readonly tooMany?: JsonValue[];
  readonly beyond?: BadOptions;
}

/** Bad elements stand second, behind a good one. */
export function list(
  rule: FieldRule,
  { good, min = 0, max, tooMany, beyond = {} }: ListOptions,
): FieldRule {
  const inner = rule.bad
    .filter(({ value }) => value !== undefined)
    .map((each) => ({ ...each, value: [good, each.value ?? null], at: `[1]${each.at}` }));
  const repeated = max === undefined ? [] : [Array.from({ length: max + 1 }, () => good)];
  const many = tooMany === undefined ? repeated : [tooMany];
  return {
    bad: [...(min > 0 ? [bad([])] : []), ...many.map((value) => bad(value, beyond)), ...inner],
    ...(rule.fields ? { fields: rule.fields } : {}),
  };
}

/** A request with one field changed, or left out. */
export function replaced(
  request: JsonObject,
  name: string,
  value: JsonValue | undefined,
): JsonObject {
  const { [name]: _old, ...rest } = request;
  return value === undefined ? rest : { ...rest, [name]: value };
}
