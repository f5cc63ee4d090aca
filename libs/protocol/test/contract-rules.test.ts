import { ScalarType } from '@bufbuild/protobuf';
/** What every method of the public services keeps to, read from the descriptors: a new one that does not is found here. */
import { MethodOptions_IdempotencyLevel as Level } from '@bufbuild/protobuf/wkt';
import type { DescField, DescMethod } from '@bufbuild/protobuf';
import { ERROR_TABLE } from '@queqiao/domain';
import { expect, test } from 'vitest';
import { commentOf, publicMessages, publicMethods, publicServices } from './public-contract.js';

const named = (each: readonly { readonly path: string }[]) => each.map(({ path }) => path);
const field = (method: DescMethod, side: 'input' | 'output', name: string): DescField | undefined =>
  method[side].fields.find((each) => each.name === name);

test('reads every service of the contract', () => {
  expect(publicServices.length).toBeGreaterThan(15);
  expect(publicMethods.length).toBeGreaterThan(100);
});

const READING = /^(?:Get|List|Search|Count|Pull|Sync|CatchUp|Export|Subscribe$)/;

test('every method says whether it changes anything, as its name does', () => {
  const undeclared = publicMethods.filter(
    ({ desc }) => desc.idempotency === Level.IDEMPOTENCY_UNKNOWN,
  );
  expect(named(undeclared)).toEqual([]);
  const reading = publicMethods.filter(({ desc }) => desc.idempotency === Level.NO_SIDE_EFFECTS);
  const byName = publicMethods.filter(({ desc }) => READING.test(desc.name));
  expect(named(reading)).toEqual(named(byName));
});

/** May be repeated without an id, and the comment of each says what a second one does. */
const HARMLESS = [
  'client.v1.ConversationService/ClearHistory',
  'client.v1.ConversationService/MarkRead',
  'client.v1.GroupService/EnterFaceRoom',
  'client.v1.MessageService/DeleteForMe',
  'client.v1.MessageService/Signal',
  'client.v1.MomentNoticeService/MarkMomentNoticesRead',
  'client.v1.PresenceService/SubscribePresence',
  'client.v1.PresenceService/UnsubscribePresence',
  'server.v1.ImportService/ImportMessages',
  'server.v1.TokenService/IssueToken',
];

test('every method that changes something can be repeated by an id, or is harmless when repeated', () => {
  const changing = publicMethods.filter(({ desc }) => desc.idempotency === Level.IDEMPOTENT);
  const withId = (method: DescMethod) =>
    ['client_request_id', 'client_msg_id'].some((name) => field(method, 'input', name));
  const without = changing.filter(({ desc }) => !withId(desc));
  expect(named(without)).toEqual(HARMLESS);
  for (const { path, desc } of without) expect(commentOf(desc), path).toMatch(/\bRepeating it\b/);
  const reading = publicMethods.filter(({ desc }) => desc.idempotency === Level.NO_SIDE_EFFECTS);
  expect(named(reading.filter(({ desc }) => withId(desc)))).toEqual([]);
});

/** Lists that are never longer than their comment says, and those that go on by a mark of their own. */
const UNPAGED = [
  'admin.v1.AppService/ListCredentials',
  'admin.v1.AppService/ListKeys',
  'client.v1.DeviceService/ListDevices',
  'client.v1.FriendService/SearchFriends',
  'client.v1.GroupService/ListJoinLinks',
  'client.v1.MomentService/ListNewPosts',
  'server.v1.UserService/ListDevices',
  'server.v1.WebhookService/ListWebhooks',
];

test('every list is paged, and every page in the same way', () => {
  const lists = publicMethods.filter(({ desc }) => /^(?:List|Search|Export)/.test(desc.name));
  const paged = publicMethods.filter(({ desc }) => field(desc, 'input', 'page_token'));
  expect(named(lists.filter((each) => !paged.includes(each)))).toEqual(UNPAGED);
  for (const { path, desc } of paged) {
    expect(field(desc, 'input', 'page_token')?.scalar, path).toBe(STRING);
    expect(field(desc, 'output', 'next_page_token')?.scalar, path).toBe(STRING);
    expect(field(desc, 'input', 'limit')?.scalar, path).toBe(INT32);
    const items = desc.output.fields.filter(({ fieldKind }) => fieldKind === 'list');
    expect(items.length, path).toBeGreaterThan(0);
  }
  const limits = publicMessages.flatMap(({ fields }) =>
    fields.filter(({ name }) => name === 'limit'),
  );
  for (const each of limits) {
    const { typeName } = each.parent;
    expect(commentOf(each), typeName).toMatch(/^1 to [\d,]+(?: \w+)?; 0(?:: | means )[\d,]+\.$/m);
  }
  const others =
    /^(?:offset|page|page_size|cursor_token|count|max_results|next_token|start|after)$/;
  const strange = publicMessages.flatMap(({ typeName, fields }) =>
    typeName.endsWith('Request') ? fields.filter(({ name }) => others.test(name)) : [],
  );
  expect(strange.map((each) => `${each.parent.typeName}.${each.name}`)).toEqual([]);
});

const { STRING, INT32, INT64 } = ScalarType;

test('every service says what it is for, and every method what it does and which errors it has', () => {
  const silent = publicServices.filter((service) => commentOf(service).length < 20);
  expect(silent.map(({ typeName }) => typeName)).toEqual([]);
  const withoutErrors = publicMethods.filter(({ desc }) => !/\bErrors\b/.test(commentOf(desc)));
  expect(named(withoutErrors)).toEqual([]);
});

test('every error that a comment names is in the table', () => {
  const codes = new Set(Object.keys(ERROR_TABLE));
  const strange = publicMethods.flatMap(({ path, desc }) => {
    const [, errors = ''] = /\bErrors\b(.*)/s.exec(commentOf(desc)) ?? [];
    const words = errors.replace(/\([^)]*\)/g, '').match(/\b[A-Z]{3,}(?:_[A-Z]+)*\b/g) ?? [];
    return words.filter((word) => !codes.has(word)).map((word) => `${path}: ${word}`);
  });
  expect(strange).toEqual([]);
});

/** Names of what is counted in a unit, and the units that they end with. */
const TIME =
  /(?:^|_)(?:time|timeout|deadline|duration|delay|ttl|age|expires|created|updated|at|since|until|wait)(?:_s|_sec|_seconds|_at)?$/;
const SIZE = /(?:^|_)(?:size|length)$/;

test('every time and every size names its unit', () => {
  const fields = publicMessages.flatMap((message) => message.fields);
  const unnamed = fields.filter(
    ({ name, scalar }) =>
      (scalar === INT64 && TIME.test(name)) || (scalar !== STRING && SIZE.test(name)),
  );
  expect(unnamed.map((each) => `${each.parent.typeName}.${each.name}`)).toEqual([]);
});
