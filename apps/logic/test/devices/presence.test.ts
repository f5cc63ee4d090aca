import { BUCKET_COUNT, type Route } from '@queqiao/directory';
import {
  decodeFrame,
  FriendServiceDefinition,
  PresenceRule,
  PresenceServiceDefinition,
  UserServiceDefinition,
  type TransientEvent,
} from '@queqiao/protocol/client';
import { PresenceChangedRequest } from '@queqiao/protocol/link';
import {
  FriendServiceDefinition as ServerFriends,
  PresenceServiceDefinition as ServerPresence,
} from '@queqiao/protocol/server';
import { queryRows, type TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { LinkCaller } from '../rig/api-link-caller.js';
import { ApiRig, failureOf, newId, type UserCall } from '../rig/api-rig.js';

const node = { nodeId: 'connect-1', bootId: 'boot-1' };
const phone = { ...node, deviceId: 'phone', generation: 1, codec: 'proto' } as const;
let rig: ApiRig;
let app: TestApp;
let link: LinkCaller;
let ann: UserCall;
let bob: UserCall;
let backEnd: UserCall;
let sessions = 0;

beforeAll(async () => {
  rig = await ApiRig.start();
  app = await rig.createApp('demo');
  await rig.backEnd(`Bearer ${app.credential}`).upsert('ann', 'bob', 'cat', 'dan', 'mia');
  const connect = { kind: 'connect', ...node } as const;
  await directory().acquireLease(connect, '', 600_000);
  const buckets = Array.from({ length: BUCKET_COUNT }, (_, bucket) => bucket);
  await directory().plantCanaries(connect, buckets, 600_000);
  ann = await rig.calls(app, 'ann');
  bob = await rig.calls(app, 'bob');
  backEnd = rig.backEndCalls(app);
  link = new LinkCaller(`127.0.0.1:${rig.nodes[0]?.logic.ports.link}`, node);
  for (const viewer of ['ann', 'bob']) await come(viewer);
});
afterAll(async () => {
  link.close();
  await rig.stop();
});
beforeEach(async () => {
  link.down.length = 0;
  for (const call of [ann, bob]) await call(PresenceServiceDefinition, 'unsubscribePresence', {});
});

function directory() {
  const [first] = rig.nodes;
  if (!first) throw new Error('no node');
  return first.directory;
}

async function come(userId: string, more: Partial<Route> = {}): Promise<Route> {
  sessions += 1;
  const route = { ...phone, platform: 'web', session: sessions, ...more };
  await directory().register('demo', userId, route, { mode: 'unlimited' });
  return route;
}

async function sql(statement: string): Promise<void> {
  await queryRows(rig.database.rootUrl, statement);
}

const subscribe = (call: UserCall, ...userIds: string[]) =>
  call(PresenceServiceDefinition, 'subscribePresence', { userIds });
const offline = (userId: string) => ({ userId, online: false, platforms: [], lastSeenMs: 0 });

interface Told {
  readonly to: number[];
  readonly event: TransientEvent;
}

function told(): Told[] {
  return link.down.flatMap(({ item }): Told[] => {
    if (item?.$case !== 'deliver') return [];
    const { protoFrame, sessions: to } = item.value;
    return decodeFrame(protoFrame).flatMap(({ item: inner }) => {
      const event = inner?.$case === 'push' ? inner.value.event : undefined;
      return event?.$case === 'transient' ? [{ to, event: event.value }] : [];
    });
  });
}

const presenceOf = ({ event }: Told) =>
  event.event?.$case === 'presence' ? event.event.value : undefined;

async function sayChanged(appId: string, ...userIds: string[]): Promise<void> {
  const body = PresenceChangedRequest.encode({ appId, userIds }).finish();
  const reply = await link.call({
    method: 'queqiao.link.v1.SessionService/PresenceChanged',
    body,
  });
  expect(reply.result?.$case).toBe('body');
}

/** What is told when a connect node says this. What is told of mia, who comes, is sent last of all. */
async function changed(...userIds: string[]): Promise<Told[]> {
  await subscribe(ann, 'mia');
  const mia = await come('mia');
  link.down.length = 0;
  await sayChanged('demo', ...userIds, 'mia');
  const isMarker = (each: Told) => presenceOf(each)?.userId === 'mia';
  await link.until(() => told().some(isMarker));
  await directory().unregister('demo', 'mia', mia);
  return told().filter((each) => !isMarker(each));
}

const pushes = () =>
  rig.nodes[0]?.logic.registry.getSingleMetricAsString('queqiao_delivery_transients_total');

it('a viewer is answered how it is, and told of every change once, until it ends', async () => {
  expect(await subscribe(ann, 'cat', 'nobody', 'bob')).toEqual({
    presences: [
      offline('cat'),
      offline('nobody'),
      { userId: 'bob', online: true, platforms: ['web'], lastSeenMs: 0 },
    ],
    lastsMs: 300_000,
    crowdedUserIds: [],
  });
  const web = await come('cat', { platform: 'mini-program' });
  const [first, ...more] = await changed('cat', 'dan');
  expect(more).toEqual([]);
  expect(first).toMatchObject({
    to: [1],
    event: { conversationId: 's:ann', sender: { id: '' } },
  });
  const online = { userId: 'cat', online: true, platforms: ['mini_program'], lastSeenMs: 0 };
  expect(first && presenceOf(first)).toEqual(online);
  expect(
    (await bob(PresenceServiceDefinition, 'getPresence', { userIds: ['cat'] })).presences,
  ).toEqual([online]);
  // A second device of the platform is no change, and its end neither.
  const second = await come('cat', { platform: 'mini-program', deviceId: 'pad' });
  expect(await changed('cat')).toEqual([]);
  await directory().unregister('demo', 'cat', second);
  expect(await changed('cat')).toEqual([]);
  await directory().unregister('demo', 'cat', web);
  expect((await changed('cat')).map(presenceOf)).toEqual([offline('cat')]);
  await ann(PresenceServiceDefinition, 'unsubscribePresence', { userIds: ['cat'] });
  await come('cat');
  expect(await changed('cat')).toEqual([]);
});

it('says when somebody who is away was last seen', async () => {
  await sql(
    'INSERT INTO devices (app_id, user_id, device_id, platform, generation, created_ms, last_seen_ms) ' +
      "VALUES ('demo', 'dan', 'phone', 'web', 1, 5, 5), ('demo', 'dan', 'pad', 'web', 1, 5, 7)",
  );
  const away = { ...offline('dan'), lastSeenMs: 7 };
  expect((await subscribe(ann, 'dan')).presences).toEqual([away]);
  const route = await come('dan');
  expect((await changed('dan')).map(presenceOf)).toMatchObject([{ online: true, lastSeenMs: 0 }]);
  await directory().unregister('demo', 'dan', route);
  expect((await changed('dan')).map(presenceOf)).toEqual([away]);
});

it('what a user decides holds at once, also for those who watch already', async () => {
  const route = await come('dan', { platform: 'ios' });
  const truth = { userId: 'dan', online: true, platforms: ['ios'], lastSeenMs: 0 };
  const asked = async (call: UserCall) =>
    (await call(PresenceServiceDefinition, 'getPresence', { userIds: ['dan'] })).presences[0];
  const dan = await rig.calls(app, 'dan');
  const set = (presence: PresenceRule) =>
    dan(UserServiceDefinition, 'updateMySettings', { clientRequestId: newId(), presence });
  const flap = async () => {
    const android = await come('dan', { platform: 'android', deviceId: 'other' });
    const here = await changed('dan');
    await directory().unregister('demo', 'dan', android);
    return [...here, ...(await changed('dan'))].map(({ to, event }) => [to, event.conversationId]);
  };
  await subscribe(ann, 'dan');
  await subscribe(bob, 'dan');
  const toAnn = [[1], 's:ann'];
  const toBob = [[2], 's:bob'];
  expect(await flap()).toEqual([toAnn, toBob, toAnn, toBob]);
  const pairs = [{ userA: 'dan', userB: 'ann' }];
  await backEnd(ServerFriends, 'addFriends', { clientRequestId: newId(), pairs });
  await set(PresenceRule.FRIENDS);
  expect(await flap()).toEqual([toAnn, toAnn]);
  expect([await asked(ann), await asked(bob)]).toEqual([truth, offline('dan')]);
  await set(PresenceRule.NOBODY);
  expect(await flap()).toEqual([]);
  expect([await asked(ann), await asked(bob)]).toEqual([offline('dan'), offline('dan')]);
  await set(PresenceRule.EVERYONE);
  await dan(FriendServiceDefinition, 'blockUser', { clientRequestId: newId(), userId: 'ann' });
  expect(await flap()).toEqual([toBob, toBob]);
  expect([await asked(ann), await asked(bob)]).toEqual([offline('dan'), truth]);
  const seen = await backEnd(ServerPresence, 'getPresence', { userIds: ['dan', 'nobody'] });
  expect(seen.presences).toEqual([truth, offline('nobody')]);
  await directory().unregister('demo', 'dan', route);
});

it('an app without presence shows nobody, and tells nothing', async () => {
  const quiet = await rig.createApp('quiet', { presence: false });
  await rig.backEnd(`Bearer ${quiet.credential}`).upsert('ann', 'bob');
  const route = { ...phone, platform: 'web', session: 99 };
  for (const user of ['ann', 'bob']) {
    await directory().register('quiet', user, route, { mode: 'unlimited' });
  }
  const viewer = await rig.calls(quiet, 'ann');
  expect((await subscribe(viewer, 'bob', 'ann')).presences).toEqual(['bob', 'ann'].map(offline));
  await directory().addWatcher({ appId: 'quiet', userId: 'ann' }, ['bob'], 60_000);
  await directory().unregister('quiet', 'bob', route);
  const before = await pushes();
  await sayChanged('quiet', 'bob');
  expect(await pushes()).toBe(before);
  const truth = await rig.backEndCalls(quiet)(ServerPresence, 'getPresence', { userIds: ['ann'] });
  expect(truth.presences).toMatchObject([{ online: true, platforms: ['web'] }]);
});

it('a user watches so many at a time, and may again after an end', async () => {
  const many = (from: number) => Array.from({ length: 100 }, (_, n) => `u${from + n}`);
  await subscribe(bob, ...many(0));
  await subscribe(bob, ...many(100));
  const refusal = { code: 'LIMIT_EXCEEDED', field: 'user_ids' };
  expect(await failureOf(subscribe(bob, 'ann'))).toEqual(refusal);
  await bob(PresenceServiceDefinition, 'unsubscribePresence', { userIds: many(50) });
  expect((await subscribe(bob, 'ann')).presences).toMatchObject([{ online: true }]);
});
