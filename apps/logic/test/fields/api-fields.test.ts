import {
  createFileRegistry,
  fromBinary,
  fromJson,
  toBinary,
  type DescMessage,
} from '@bufbuild/protobuf';
import {
  FileDescriptorSetSchema,
  MethodOptions_IdempotencyLevel as Level,
} from '@bufbuild/protobuf/wkt';
import { DomainError } from '@queqiao/domain';
import { descriptorSet } from '@queqiao/protocol/descriptor';
import { eventually, queryRows, type TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  audienceOf,
  callWith,
  doorsOf,
  methodPaths,
  schemaOf,
  type AnyDoor,
  type Audience,
  type JsonObject,
  type JsonValue,
} from '../rig/any-door.js';
import { ApiRig } from '../rig/api-rig.js';
import { adminFields } from './admin-fields.js';
import { clientFields } from './client-fields.js';
import { replaced, type FieldRules, type MethodRow } from './field-rules.js';
import { FIELDS_SETTINGS, furnish } from './fields-world.js';
import { groupFields } from './group-fields.js';
import { nodeFields } from './node-fields.js';
import { serverFields } from './server-fields.js';
import { webhookFields } from './webhook-fields.js';
import { typedCases } from './typed-cases.js';
import { expectIdTaken } from './used-ids.js';

let rig: ApiRig;
let app: TestApp;
let doors: Record<Audience, readonly AnyDoor[]>;
let rows: ReadonlyMap<string, MethodRow>;
let tables: string[];

beforeAll(async () => {
  rig = await ApiRig.start();
  app = await rig.createApp('demo', FIELDS_SETTINGS);
  doors = await doorsOf(rig, app, 'alice');
  rows = tableOfFields(await app.token('alice'), await furnish(rig, app));
  tables = (await queryRows(rig.database.url, 'SHOW TABLES')).flatMap((row) => {
    return Object.values(row) as string[];
  });
});
afterAll(async () => {
  for (const door of Object.values(doors).flat()) door.close();
  await rig.stop();
});

function tableOfFields(token: string, roomId: string): ReadonlyMap<string, MethodRow> {
  return new Map([
    ...clientFields,
    ...groupFields(roomId),
    ...serverFields,
    ...nodeFields(token),
    ...adminFields,
    ...webhookFields,
  ]);
}

const UNDER_WAY = [
  'event_outbox',
  'moment_jobs',
  'broadcasts WHERE due_ms IS NOT NULL',
  "erasures WHERE phase NOT IN ('sweep', 'done')",
];

/** What all tables hold, once no job is under way any more. Whatever is dispatched was written with an entry or a state. */
async function stored(): Promise<unknown> {
  await eventually(
    'jobs settle',
    async () => {
      for (const jobs of UNDER_WAY) {
        const [row] = await queryRows(rig.database.url, `SELECT COUNT(*) AS n FROM ${jobs}`);
        if (row?.['n'] !== 0) throw new Error(`${JSON.stringify(row)} ${jobs}`);
      }
      return true;
    },
    30_000,
  );
  // Refused administration leaves its entry, and only that. Nodes say all the time that they are there, count what apps have, push
  // again what a link has lost, sweep where a user was, and note how far the events of a webhook were sent.
  const byNodes = [
    'dispatch',
    'webhook_nodes',
    'webhooks',
    'webhook_waits',
    'app_usage',
    'erasures',
  ];
  const others = ['audit_log', ...byNodes];
  const changing = tables.filter((table) => !others.includes(table));
  return queryRows(rig.database.url, `CHECKSUM TABLE ${changing.join(', ')}`);
}

/** `OK`, or `CODE field`. */
async function verdict(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'OK';
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return `${error.code} ${error.field}`;
  }
}

interface Case {
  readonly name: string;
  readonly request: JsonObject;
  readonly wanted: string;
}

function badRequests({ request, fields }: MethodRow): Case[] {
  return Object.entries(fields).flatMap(([name, rule]) =>
    rule.bad.map(({ value, at, named, code }) => ({
      name: `${name}${at} ${JSON.stringify(value)?.slice(0, 80)}`,
      request: replaced(request, name, value),
      wanted: code === 'OK' ? 'OK' : `${code} ${named ?? `${name}${at}`}`,
    })),
  );
}

function rowOf(path: string): MethodRow {
  const row = rows.get(path);
  if (!row) throw new Error(`${path} has no row in apps/logic/test/fields`);
  return row;
}

/** Fields of the contract without a rule, and rules without a field. */
function unmatched(
  message: DescMessage,
  rules: FieldRules,
  path: string,
  above: readonly DescMessage[] = [],
): string[] {
  const names = new Set(message.fields.map(({ name }) => name));
  const strangers = Object.keys(rules).filter((name) => !names.has(name));
  const forgotten = [...names].filter((name) => !Object.hasOwn(rules, name));
  const inner = message.fields.flatMap(({ name, message: held }) => {
    const { fields = {}, closed = false } = rules[name] ?? {};
    if (!held || closed || above.includes(held)) return [];
    return unmatched(held, fields, `${path}.${name}`, [...above, message]);
  });
  return [...[...strangers, ...forgotten].map((name) => `${path}.${name}`), ...inner];
}

it('the table has a row for every method, and a rule for every field', () => {
  const table = tableOfFields('', '');
  expect([...table.keys()].sort()).toEqual(methodPaths());
  for (const [path, { fields }] of table) {
    expect(unmatched(schemaOf(path).input, fields, path)).toEqual([]);
  }
});

describe.each(methodPaths())('%s', (path) => {
  const { input } = schemaOf(path);

  it('answers a field that is not of its type with the path of the field', async () => {
    const before = await stored();
    const wrong: string[] = [];
    for (const door of doors[audienceOf(path)]) {
      for (const { codec, what, body, field } of typedCases(input)) {
        if (codec !== door.codec) continue;
        const answer = await verdict(door.raw(path, body));
        if (answer !== `INVALID_ARGUMENT ${field}`) {
          wrong.push(`${door.name}: ${field}: ${what}: ${answer}`);
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(await stored()).toEqual(before);
  });

  it('answers a value that a field may not have with its path or its limit', async () => {
    const row = rowOf(path);
    const before = await stored();
    const wrong: string[] = [];
    for (const door of doors[audienceOf(path)]) {
      for (const { name, request, wanted } of badRequests(row)) {
        const answer = await verdict(callWith(door, path, request));
        if (answer !== wanted) wrong.push(`${door.name}: ${name}: ${answer}, not ${wanted}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(await stored()).toEqual(before);
  });
});

/** What was answered, without what is said once. */
function settled(answer: JsonValue): JsonValue {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) return answer;
  return { ...answer, secret: '', bearer: '' };
}

/** What is stored stays the same, and the answer is of now. */
const ANSWERED_ANEW: ReadonlySet<string> = new Set([
  'queqiao.client.v1.GroupService/EnterFaceRoom',
  'queqiao.server.v1.ImportService/ImportMessages',
  'queqiao.server.v1.TokenService/IssueToken',
]);

/** Nodes go on with it by themselves: that it is begun once is shown by its own tests. */
const BEGINS = 'queqiao.server.v1.BroadcastService/StartBroadcast';

describe('the same requests with nothing wrong in them', () => {
  // Last, as they leave what the others must not find.
  it.each(methodPaths())('are taken, and have one effect however often: %s', async (path) => {
    const { request } = rowOf(path);
    expect(toBinary(schemaOf(path).input, fromJson(schemaOf(path).input, request))).toBeDefined();
    const [first, ...others] = doors[audienceOf(path)];
    if (!first) throw new Error('no door');
    const before = await stored();
    const answer = await callWith(first, path, request);
    const after = await stored();
    if (levelOf(path) === Level.NO_SIDE_EFFECTS) expect(after).toEqual(before);
    const repeated = levelOf(path) === Level.IDEMPOTENT && path !== BEGINS;
    for (const door of [...others, first]) {
      const again = await callWith(door, path, request);
      if (repeated && !ANSWERED_ANEW.has(path))
        expect(settled(again), door.name).toEqual(settled(answer));
    }
    if (repeated) expect(await stored()).toEqual(after);
    await expectIdTaken(rig.database.url, path, request, () =>
      verdict(callWith(first, path, request)),
    );
  });
});

const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptorSet()));

/** What the contract says of a method; nothing of those between nodes. */
function levelOf(path: string): Level | undefined {
  const [service = '', name] = path.split('/');
  const methods = registry.getService(service)?.methods ?? [];
  return methods.find((method) => method.name === name)?.idempotency;
}
