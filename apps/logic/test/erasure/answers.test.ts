import type { DescMessage } from '@bufbuild/protobuf';
import { DomainError } from '@queqiao/domain';
import {
  MessageServiceDefinition as Messages,
  MomentServiceDefinition as Moments,
  PostContent,
} from '@queqiao/protocol/client';
import {
  Erasure_Phase,
  FriendServiceDefinition as Friends,
  GroupServiceDefinition as Groups,
  UserServiceDefinition as Users,
} from '@queqiao/protocol/server';
import { eventually, type TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { clientFields } from '../fields/client-fields.js';
import { FIELDS_SETTINGS, furnish } from '../fields/fields-world.js';
import { groupFields } from '../fields/group-fields.js';
import { serverFields } from '../fields/server-fields.js';
import {
  audienceOf,
  callWith,
  doorsOf,
  grpcDoor,
  schemaOf,
  type AnyDoor,
  type JsonObject,
} from '../rig/any-door.js';
import { ApiRig, contentOf, newId } from '../rig/api-rig.js';

/** Erased, after having had to do with alice and others in every way; and never there. */
const [GHOST, NOBODY] = ['ghost', 'nobody'];
const NAMES_USERS = /(?:^|_)user_ids?$|^user_[ab]$|^(?:owner|member)_ids?$/;

/** What is known of a user who was erased: that there was one. */
const DIFFERENT: ReadonlySet<string> = new Set([
  'queqiao.server.v1.UserService/UpsertUsers users.user_id',
  'queqiao.server.v1.UserService/EraseUser user_id',
  'queqiao.server.v1.UserService/GetErasure user_id',
]);

type Request = (who: string) => JsonObject;

/** A request for each field that names a user. */
function namings({ fields, name: type }: DescMessage, request: JsonObject): [string, Request][] {
  return fields.flatMap((field): [string, Request][] => {
    const { name, message } = field;
    const inList = field.fieldKind === 'list';
    if (NAMES_USERS.test(name) || (type === 'Sender' && name === 'id'))
      return [[name, (who) => ({ ...request, [name]: inList ? [who] : who })]];
    const held = inList ? (request[name] as JsonObject[] | undefined)?.[0] : request[name];
    if (message === undefined || held === undefined) return [];
    return namings(message, held as JsonObject).map(([path, inner]) => [
      `${name}.${path}`,
      (who) => ({ ...request, [name]: inList ? [inner(who)] : inner(who) }),
    ]);
  });
}

const text = { text: { text: 'hi' } };
const said = (request: Request): Request => {
  return (who) => ({ client_msg_id: 'm', content: text, ...request(who) });
};
const chat: Request = (who) => ({ conversation_id: `d:alice:${who}`, target_seq: 1 });
const alice = { kind: 'KIND_USER', id: 'alice' };
const shop = { kind: 'KIND_BUSINESS', id: 'shop' };
const system = { kind: 'KIND_SYSTEM' };
const message = { client_msg_id: 'old', created_ms: 1_000, content: text };

/** Conversations of a user, and what a user says. */
const CONVERSATIONS: readonly [string, string, Request][] = [
  ['client.v1.MessageService/Send', 'to the user', said((who) => pick(chat(who)))],
  [
    'client.v1.MessageService/Send',
    'online',
    said((who) => ({ ...pick(chat(who)), online_only: true })),
  ],
  ['client.v1.MessageService/Edit', 'of a message', said(chat)],
  [
    'client.v1.MessageService/React',
    'to a message',
    (who) => ({ ...chat(who), client_msg_id: 'm', emoji: '👍' }),
  ],
  ['client.v1.MessageService/Pin', 'of a message', (who) => ({ ...chat(who), client_msg_id: 'm' })],
  [
    'client.v1.MessageService/Signal',
    'to the user',
    (who) => ({ ...pick(chat(who)), name: 'typing' }),
  ],
  ...[false, true].flatMap((online_only): [string, string, Request][] => [
    speaking(online_only, 'a user to the user', (who) => ({ sender: alice, ...pick(chat(who)) })),
    speaking(online_only, 'the business to the user', (who) => ({
      sender: shop,
      conversation_id: `d:${who}:shop`,
    })),
    speaking(online_only, 'the system to the user', (who) => ({
      sender: system,
      conversation_id: `s:${who}`,
    })),
    speaking(online_only, 'the system in a chat', (who) => ({
      sender: system,
      ...pick(chat(who)),
    })),
    speaking(online_only, 'the user in a chat', (who) => ({
      sender: userOf(who),
      ...pick(chat(who)),
    })),
    speaking(online_only, 'the user in a group', (who) => ({
      sender: userOf(who),
      conversation_id: 'g:team',
    })),
    speaking(online_only, 'the user in the feed', (who) => ({
      sender: userOf(who),
      conversation_id: `s:${who}`,
    })),
    speaking(online_only, 'the user to oneself', (who) => ({
      sender: userOf(who),
      conversation_id: `d:${who}:${who}`,
    })),
  ]),
  ...[alice, shop, system].map(({ kind, ...sender }): [string, string, Request] => [
    'server.v1.ImportService/ImportMessages',
    `of ${kind}`,
    (who) => ({ ...pick(chat(who)), messages: [{ ...message, sender: { kind, ...sender } }] }),
  ]),
  [
    'client.v1.MessageService/Send',
    'mentioning',
    said((who) => ({
      conversation_id: 'g:team',
      content: { ...text, mentions: { user_ids: [who] } },
    })),
  ],
];

const pick = ({ conversation_id }: JsonObject): JsonObject =>
  conversation_id === undefined ? {} : { conversation_id };
const userOf = (id: string) => ({ kind: 'KIND_USER', id });

function speaking(online_only: boolean, what: string, request: Request): [string, string, Request] {
  const path = 'server.v1.MessageService/SendMessage';
  return [
    path,
    `${what}${online_only ? ', online' : ''}`,
    said((who) => ({ ...request(who), online_only })),
  ];
}

const NAMED = [...clientFields, ...groupFields('1234-0'), ...serverFields].flatMap(
  ([path, { request }]) =>
    namings(schemaOf(path).input, request).map(([field, make]) => [path, field, make] as const),
);
const CASES = [
  ...NAMED,
  ...CONVERSATIONS.map(([path, what, make]) => [`queqiao.${path}`, what, make] as const),
].filter(([path, field]) => !DIFFERENT.has(`${path} ${field}`));

let rig: ApiRig;
let app: TestApp;
let doors: Record<string, readonly AnyDoor[]>;

beforeAll(async () => {
  rig = await ApiRig.start();
  app = await rig.createApp('demo', FIELDS_SETTINGS);
  await furnish(rig, app);
  await furnishGhost();
  const backEnd = rig.backEndCalls(app);
  await backEnd(Users, 'eraseUser', { clientRequestId: newId(), userId: GHOST });
  await eventually('the user is gone', async () => {
    const { erasure } = await backEnd(Users, 'getErasure', { userId: GHOST });
    return erasure?.phase === Erasure_Phase.DONE;
  });
  const own = await doorsOf(rig, app, 'alice');
  const authorization = `Bearer ${app.credential}`;
  const onBehalf = grpcDoor(rig, { authorization, 'queqiao-user': 'alice' });
  doors = { ...own, user: [...own.user, onBehalf] };
});
afterAll(async () => {
  for (const door of Object.values(doors).flat()) door.close();
  await rig.stop();
});

async function furnishGhost(): Promise<void> {
  const id = () => ({ clientRequestId: newId() });
  const backEnd = rig.backEndCalls(app);
  await backEnd(Users, 'upsertUsers', { users: [{ userId: GHOST }, { userId: 'shop' }] });
  await backEnd(Friends, 'addFriends', { ...id(), pairs: [{ userA: 'alice', userB: GHOST }] });
  for (const groupId of ['team', 'handed', 'asking'])
    await backEnd(Groups, 'addMembers', { ...id(), groupId, userIds: [GHOST] });
  const own = await rig.calls(app, GHOST);
  for (const conversationId of ['d:alice:ghost', 'd:ghost:ghost', 'd:ghost:shop', 'g:team'])
    await own(Messages, 'send', { conversationId, clientMsgId: newId(), content: contentOf('x') });
  await own(Moments, 'createPost', { ...id(), content: PostContent.fromPartial({ text: 'x' }) });
  await backEnd(Users, 'banUser', { ...id(), userId: GHOST });
}

/** With `who` and whatever differs from call to call left out. */
async function answer(door: AnyDoor, path: string, who: string, make: Request): Promise<string> {
  const fresh = { client_request_id: newId(), client_msg_id: newId() };
  const known = schemaOf(path).input.fields.map(({ name }) => name);
  const ids = Object.entries(fresh).filter(([name]) => known.includes(name));
  const request = { ...make(who), ...Object.fromEntries(ids) };
  const answered = await callWith(door, path, request).then(
    (body) => `OK ${JSON.stringify(body)}`,
    (error: unknown) => {
      if (!(error instanceof DomainError)) throw error;
      return `${error.code} ${error.field} ${error.message}`;
    },
  );
  return answered.replaceAll(who, 'who').replaceAll(/"postId":"[^"]+"|\d+/g, '0');
}

it('knows the fields that name users', () => {
  expect(NAMED.length).toBeGreaterThan(40);
});

it.each(CASES)(
  '%s answers alike of who was erased and who was never there: %s',
  async (path, _field, make) => {
    for (const door of doors[audienceOf(path)] ?? [])
      expect(await answer(door, path, GHOST, make), door.name).toBe(
        await answer(door, path, NOBODY, make),
      );
  },
);
