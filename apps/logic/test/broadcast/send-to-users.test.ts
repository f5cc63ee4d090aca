import {
  FriendServiceDefinition as Friends,
  Sender,
  Sender_Kind,
  type Content,
} from '@queqiao/protocol/client';
import { ErrorCode } from '@queqiao/protocol/common';
import { MessageServiceDefinition as Messages } from '@queqiao/protocol/server';
import { eventually, queryRows, type TestApp } from '@queqiao/testkit';
import { parseAppId } from '@queqiao/domain';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiRig, contentOf, failureOf, newId, type UserCall } from '../rig/api-rig.js';
import { LiveDevices } from '../rig/live-devices.js';

let rig: ApiRig;
let app: TestApp;
let backEnds: UserCall[];
let devices: LiveDevices;

const shop = Sender.create({ kind: Sender_Kind.BUSINESS, id: 'shop' });
const system = Sender.create({ kind: Sender_Kind.SYSTEM, id: '' });

beforeAll(async () => {
  rig = await ApiRig.start(2);
  app = await rig.createApp('demo', { systemAccount: 'news' });
  const backEnd = rig.backEnd(`Bearer ${app.credential}`);
  await backEnd.upsert('shop', 'news', 'alice', 'bob', 'carol');
  await backEnd.upsert(...manyIds);
  backEnds = [rig.backEndCalls(app, 0), rig.backEndCalls(app, 1)];
  devices = await LiveDevices.open(rig.nodes);
});
afterAll(async () => {
  devices.close();
  await rig.stop();
});

const manyIds = Array.from({ length: 499 }, (_, n) => `many-${n}`);

interface Sending {
  readonly id?: string;
  readonly sender?: Sender;
  readonly content?: Content | string;
  readonly notCounted?: boolean;
  readonly node?: number;
}

async function send(userIds: readonly string[], sending: Sending = {}) {
  const { id = newId(), sender = shop, content = 'hello', notCounted = false, node = 0 } = sending;
  const call = backEnds[node];
  if (call === undefined) throw new Error(`no node ${node}`);
  const request = { clientRequestId: id, sender, userIds: [...userIds], notCounted };
  return (await call(Messages, 'sendToUsers', { ...request, content: contentOf(content) })).results;
}

async function codeOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'OK',
    async () => (await failureOf(call)).code,
  );
}

async function log(userId: string, conversationId: string) {
  const { entries } = await (await rig.signedIn(app, userId)).pull({ conversationId });
  return entries.map(({ sender, content }) => {
    const said = content?.body?.$case === 'text' ? content.body.value.text : content?.body?.$case;
    return `${sender?.kind}:${sender?.id} ${said}`;
  });
}

async function entryCount(): Promise<number> {
  const [row] = await queryRows(rig.database.url, 'SELECT COUNT(*) AS n FROM entries');
  return Number(row?.['n']);
}

it('reaches each user in the direct chat with the account, as unread and on the devices that are online', async () => {
  const session = await devices.signIn('demo', 'alice');
  const results = await send(['bob', 'alice'], { content: 'your order has left' });
  expect(results.map(({ createdMs, ...rest }) => [rest, createdMs > 0] as const)).toEqual([
    [{ userId: 'bob', conversationId: 'd:bob:shop', seq: 1, error: 0 }, true],
    [{ userId: 'alice', conversationId: 'd:alice:shop', seq: 1, error: 0 }, true],
  ]);
  expect(await log('alice', 'd:alice:shop')).toEqual(['3:shop your order has left']);
  await eventually('a push', () => devices.pushed(session, 'd:alice:shop').length === 1);
  const { conversations } = await (await rig.signedIn(app, 'alice')).sync();
  const chat = conversations.find(({ conversationId }) => conversationId === 'd:alice:shop');
  expect([chat?.lastOrdinal, chat?.member?.readOrdinal]).toEqual([1, 0]);
  // The user may answer.
  expect(await (await rig.signedIn(app, 'alice')).send('d:alice:shop', 'm1')).toMatchObject({
    seq: 2,
  });
});

it('of the system comes from the account that the app has set', async () => {
  const [result] = await send(['carol'], { sender: system, content: 'welcome' });
  expect(result).toMatchObject({ conversationId: 'd:carol:news', seq: 1, error: 0 });
  expect(await log('carol', 'd:carol:news')).toEqual(['2: welcome']);
});

it('of a user keeps that user’s rules, for each of the others', async () => {
  const alice = Sender.create({ kind: Sender_Kind.USER, id: 'alice' });
  await send(['bob'], { sender: alice });
  const bob = await rig.calls(app, 'bob');
  await bob(Friends, 'blockUser', { clientRequestId: newId(), userId: 'alice' });
  const results = await send(['bob', 'carol'], { sender: alice });
  expect(results.map(({ error }) => error)).toEqual([ErrorCode.BLOCKED, ErrorCode.UNSPECIFIED]);
  expect(await log('bob', 'd:alice:bob')).toHaveLength(1);
});

it('sends to nobody twice when it is repeated, through whichever node, and to those who were missing', async () => {
  const id = newId();
  const first = await send(['alice', 'late', 'late'], { id, content: 'one' });
  expect(first.map(({ error }) => error)).toEqual([ErrorCode.UNSPECIFIED, ErrorCode.NOT_FOUND]);
  await rig.backEnd(`Bearer ${app.credential}`).upsert('late');
  const before = await entryCount();
  const [again, late] = await send(['alice', 'late', 'late'], { id, content: 'one', node: 1 });
  expect(again).toEqual(first[0]);
  expect(late).toMatchObject({ userId: 'late', seq: 1, error: 0 });
  expect(await entryCount()).toBe(before + 1);
  // Other users, another sender and other words are another call, and a message has ids of its own.
  const taken = { code: 'ALREADY_EXISTS', field: 'client_request_id' };
  const others = [
    send(['alice', 'bob'], { id, content: 'one' }),
    send(['alice', 'late', 'late'], { id, content: 'one', sender: system, node: 1 }),
    send(['alice', 'late', 'late'], { id, content: 'two' }),
  ];
  expect(await Promise.all(others.map((other) => failureOf(other)))).toEqual([taken, taken, taken]);
  await backEnds[0]?.(Messages, 'sendMessage', {
    sender: shop,
    conversationId: 'd:alice:shop',
    clientMsgId: id,
    content: contentOf('another'),
  });
  expect((await log('alice', 'd:alice:shop')).slice(-2)).toEqual(['3:shop one', '3:shop another']);
});

it('takes as many users as one call may name, in few commits', async () => {
  const id = newId();
  const results = await send([...manyIds, 'alice'], { id, notCounted: true });
  expect(results.map(({ userId }) => userId)).toEqual([...manyIds, 'alice']);
  expect(results.every(({ seq, error }) => seq > 0 && error === ErrorCode.UNSPECIFIED)).toBe(true);
  const [heads] = await queryRows(
    rig.database.url,
    "SELECT COUNT(*) AS n, MAX(last_ordinal) AS unread FROM conversations WHERE app_id = 'demo' AND conversation_id LIKE 'd:many-%:shop'",
  );
  expect(heads).toEqual({ n: 499, unread: 0 });
  expect(await send([...manyIds, 'alice'], { id, notCounted: true, node: 1 })).toEqual(results);
});

it('is refused as a whole without its account, and what was stored is answered even when the app is suspended', async () => {
  const nobody = Sender.create({ kind: Sender_Kind.BUSINESS, id: 'nobody' });
  const missing = { code: 'NOT_FOUND', field: 'sender.id' };
  expect(await failureOf(send(['alice', 'bob'], { sender: nobody }))).toEqual(missing);
  const id = newId();
  const stored = await send(['alice'], { id });
  const status = (to: 'active' | 'suspended') =>
    rig.changeApps((apps) => apps.setStatus(parseAppId('demo'), to));
  await status('suspended');
  await eventually('the app is suspended', async () => {
    return (await codeOf(send(['alice']))) === 'APP_SUSPENDED';
  });
  // For one reason or another: the others say theirs.
  const [first, other] = await send(['alice', 'bob'], { id });
  expect([first, other?.error]).toEqual([stored[0], ErrorCode.APP_SUSPENDED]);
  await status('active');
});
