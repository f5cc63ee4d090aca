import { parseGroupId, groupConversationId } from '@queqiao/domain';
import { createGrpcClient, isServiceError, statusToDomainError } from '@queqiao/grpc-kit';
import type { CallOptions } from '@queqiao/grpc-kit';
import { AppServiceDefinition, AppStatus } from '@queqiao/protocol/admin';
import {
  AddMembersRequest as OwnAddMembers,
  ConversationServiceDefinition,
  MessageServiceDefinition,
  PullEntriesRequest,
  SendRequest,
} from '@queqiao/protocol/client';
import { Codec } from '@queqiao/protocol/link';
import {
  AddMembersRequest,
  BanUserRequest,
  GroupServiceDefinition,
  SignOutUserRequest,
  UserServiceDefinition,
} from '@queqiao/protocol/server';
import { Registry } from '@queqiao/runtime';
import { eventually, lockHead, lockTable, queryRows, type TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { LinkCaller } from '../rig/api-link-caller.js';
import { ApiRig, contentOf, failureOf, newId } from '../rig/api-rig.js';
import { StatementTap } from '../rig/statement-tap.js';
import { StillClock } from '../rig/still-clock.js';

const GROUP = groupConversationId(parseGroupId('team'));
const SHORT = { deadlineMs: 2_000 };

const registry = new Registry();
let rig: ApiRig;
let app: TestApp;
let tap: StatementTap;
const closers: (() => void)[] = [];

beforeAll(async () => {
  rig = await ApiRig.start(0);
  tap = await StatementTap.start(rig.database.url);
  const env = { QUEQIAO_MYSQL_URL: tap.url, QUEQIAO_MYSQL_POOL_SIZE: '2' };
  const clock = new StillClock();
  await rig.addNode(env, { registry, clock });
  app = await rig.createApp('demo');
  const backEnd = rig.backEnd(`Bearer ${app.credential}`);
  await backEnd.upsert('ann', 'bob', 'cat');
  await backEnd.createGroup({ ownerId: 'ann', groupId: 'team', memberIds: ['bob'] });
  const ann = await rig.signedIn(app, 'ann');
  await ann.send(GROUP, newId());
  await clock.rest(registry);
});
afterAll(async () => {
  for (const close of closers) close();
  await rig.stop();
  await tap.stop();
});

async function codeOf(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isServiceError(error)) throw new Error('the call was answered', { cause: error });
  return statusToDomainError(error).code;
}

/** A call with a short deadline that `hasBegun` before it is over; on a machine that stands still meanwhile, a later one. */
async function untilBegun(
  call: (options: CallOptions) => Promise<unknown>,
  hasBegun: () => boolean | Promise<boolean>,
): Promise<{ readonly failed: Promise<string> }> {
  for (let { deadlineMs } = SHORT; ; deadlineMs *= 2) {
    let isOver = false;
    const failed = codeOf(call({ deadlineMs })).finally(() => (isOver = true));
    const how = await eventually('it has begun, or is over', async () => {
      if (await hasBegun()) return 'begun';
      return isOver && 'over';
    });
    if (how === 'begun') return { failed };
    expect(await failed).toBe('DEADLINE_EXCEEDED');
  }
}

/** The server reads a connection in order: what was given up on it before is known there once this is answered. */
const told = () => failureOf(rig.backEnd('').upsert('x'));

/** Until nobody's call is being worked on; those that were given up are counted until their work has ended. */
const idle = () =>
  eventually('no call is worked on', async () => {
    const metric = await registry.getSingleMetric('queqiao_api_calls_in_flight')?.get();
    return metric?.values.every(({ value }) => value === 0);
  });

const addCat = (options: CallOptions) => {
  const groups = createGrpcClient(GroupServiceDefinition, rig.address());
  closers.push(() => groups.close());
  const metadata = { authorization: `Bearer ${app.credential}` };
  const ids = { clientRequestId: newId(), groupId: 'team', userIds: ['cat'] };
  return groups.addMembers(AddMembersRequest.create(ids), { metadata, ...options });
};

async function asAnn() {
  const authorization = `Bearer ${await app.token('ann')}`;
  return { authorization, 'queqiao-device': 'ann-phone' };
}

async function pull(options: CallOptions) {
  const conversations = createGrpcClient(ConversationServiceDefinition, rig.address());
  closers.push(() => conversations.close());
  const request = PullEntriesRequest.create({ conversationId: GROUP });
  return conversations.pullEntries(request, { metadata: await asAnn(), ...options });
}

async function send(clientMsgId: string, options: CallOptions) {
  const messages = createGrpcClient(MessageServiceDefinition, rig.address());
  closers.push(() => messages.close());
  const message = { conversationId: GROUP, clientMsgId, content: contentOf(clientMsgId) };
  return messages.send(SendRequest.create(message), { metadata: await asAnn(), ...options });
}

const members = () =>
  queryRows(rig.database.url, 'SELECT user_id FROM members WHERE conversation_id = ?', [GROUP]);

it.each(['deadline', 'cancel'])(
  'a change stops at its %s, and undoes what it began',
  async (how) => {
    const lock = await lockHead(rig.database.url, app.appId, GROUP);
    const abort = new AbortController();
    const made = await tap.during(async () => {
      const call = ({ deadlineMs = 0 }: CallOptions) =>
        addCat(how === 'deadline' ? { deadlineMs } : { signal: abort.signal });
      const { failed } = await untilBegun(call, () => tap.hasSent(/conversations.* for update/is));
      abort.abort();
      expect(await failed).toBe(how === 'deadline' ? 'DEADLINE_EXCEEDED' : 'UNAVAILABLE');
      await told();
    });
    expect(made.length).toBeGreaterThan(0);
    const statements = await tap.during(async () => {
      await lock.release();
      await idle();
    });
    expect(statements).toEqual([]);
    expect(await members()).toHaveLength(2);
  },
);

it('a change over the link stops when its time is over', async () => {
  const lock = await lockHead(rig.database.url, app.appId, GROUP);
  const at = `127.0.0.1:${rig.nodes[0]?.logic.ports.link}`;
  const link = new LinkCaller(at, { nodeId: newId(), bootId: newId() });
  closers.push(() => link.close());
  void link.call({
    method: 'queqiao.client.v1.GroupService/AddMembers',
    body: OwnAddMembers.encode({
      clientRequestId: newId(),
      groupId: 'team',
      userIds: ['cat'],
      text: '',
    }).finish(),
    caller: { appId: app.appId, userId: 'ann', deviceId: 'phone', session: 1 },
    codec: Codec.PROTO,
    timeoutMs: 300,
  });
  await eventually('was given up', async () => {
    const metric = await registry.getSingleMetric('queqiao_link_calls_in_flight')?.get();
    const begun = await registry.getSingleMetric('queqiao_link_call_seconds')?.get();
    return (
      begun?.values.some(({ labels }) => labels['outcome'] === 'late') &&
      metric?.values[0]?.value === 0
    );
  });
  const statements = await tap.during(async () => {
    await lock.release();
    await idle();
  });
  expect(statements).toEqual([]);
  expect(await members()).toHaveLength(2);
});

it('what is changed by the scope admin or by an operator stops, too, and leaves nothing behind', async () => {
  const users = createGrpcClient(UserServiceDefinition, rig.address());
  const apps = createGrpcClient(AppServiceDefinition, rig.address());
  closers.push(
    () => users.close(),
    () => apps.close(),
  );
  const asApp = { authorization: `Bearer ${app.credential}` };
  const asOperator = { authorization: `Bearer ${rig.operator.bearer}` };
  const ban = BanUserRequest.create({ clientRequestId: newId(), userId: 'bob' });
  const suspension = { clientRequestId: newId(), appId: app.appId };
  const lock = await lockTable(rig.database.migrateUrl, 'requests');
  const failed = Promise.all([
    codeOf(users.banUser(ban, { metadata: asApp, ...SHORT })),
    codeOf(apps.suspendApp(suspension, { metadata: asOperator, ...SHORT })),
  ]);
  expect(await failed).toEqual(['DEADLINE_EXCEEDED', 'DEADLINE_EXCEEDED']);
  await told();
  const statements = await tap.during(async () => {
    await lock.release();
    await idle();
  });
  expect(statements).toEqual([]);
  expect(await queryRows(rig.database.url, 'SELECT user_id FROM bans')).toEqual([]);
  const { app: found } = await apps.getApp({ appId: app.appId }, { metadata: asOperator });
  expect(found?.status).toBe(AppStatus.ACTIVE);
});

it('a sign-out without a request id stops, too', async () => {
  const users = createGrpcClient(UserServiceDefinition, rig.address());
  closers.push(() => users.close());
  const metadata = { authorization: `Bearer ${app.credential}` };
  const lock = await lockTable(rig.database.migrateUrl, 'revocations');
  const signOut = SignOutUserRequest.create({ userId: 'bob' });
  expect(await codeOf(users.signOutUser(signOut, { metadata, ...SHORT }))).toBe(
    'DEADLINE_EXCEEDED',
  );
  await told();
  const statements = await tap.during(async () => {
    await lock.release();
    await idle();
  });
  expect(statements).toEqual([]);
  const [bob] = await queryRows(
    rig.database.url,
    "SELECT revoked_ms FROM users WHERE user_id = 'bob'",
  );
  expect(bob).toEqual({ revoked_ms: 0 });
});

it('a read stops between its statements, and while it waits for a connection', async () => {
  const lock = await lockTable(rig.database.migrateUrl, 'entries');
  // Two connections are held by the first ones; the others wait for them.
  const failed = Promise.all([1, 2, 3, 4].map(async () => codeOf(pull(SHORT))));
  expect(new Set(await failed)).toEqual(new Set(['DEADLINE_EXCEEDED']));
  await told();
  const statements = await tap.during(async () => {
    await lock.release();
    await idle();
  });
  expect(statements).toEqual([]);
  expect((await pull({})).entries).toHaveLength(2);
});

it('a message that waits behind another is dropped, and its place in the queue is free', async () => {
  const lock = await lockHead(rig.database.url, app.appId, GROUP);
  const first = send('first', { deadlineMs: 60_000 });
  const queued = async (): Promise<number> => {
    const metric = await registry.getSingleMetric('queqiao_append_queued_entries')?.get();
    return metric?.values[0]?.value ?? 0;
  };
  await eventually('the first is in a batch that waits', async () => {
    const starved = await registry.getSingleMetric('queqiao_append_starved_total')?.get();
    return (starved?.values[0]?.value ?? 0) > 0 && (await queued()) === 0;
  });
  const { failed } = await untilBegun(
    (options) => send('second', options),
    async () => (await queued()) === 1,
  );
  expect(await failed).toBe('DEADLINE_EXCEEDED');
  await told();
  expect(await queued()).toBe(1);
  await lock.release();
  const { seq } = await first;
  await idle();
  expect(await queued()).toBe(0);
  expect(await send('third', {})).toMatchObject({ seq: seq + 1 });
});
