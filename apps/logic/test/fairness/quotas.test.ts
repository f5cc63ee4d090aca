import { setTimeout as sleep } from 'node:timers/promises';
import { directConversationId, DomainError, parseAppId, type UserId } from '@queqiao/domain';
import { AppServiceDefinition as Apps, type AppUsage } from '@queqiao/protocol/admin';
import {
  GroupServiceDefinition as Groups,
  MessageServiceDefinition as Messages,
  Sender,
  Sender_Kind,
} from '@queqiao/protocol/client';
import {
  BroadcastServiceDefinition as Broadcasts,
  BroadcastState,
  ImportedMessage,
  ImportServiceDefinition as Imports,
  TokenServiceDefinition as Tokens,
  UserServiceDefinition as Users,
} from '@queqiao/protocol/server';
import { eventually, queryRows, type TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONFIG_TTL_MS } from '../../src/compose/caches.js';
import { USAGE_EVERY_MS } from '../../src/delivery/usage-jobs.js';
import { callWith, linkDoor } from '../rig/any-door.js';
import { ApiRig, contentOf, failureOf, newId, type UserCall } from '../rig/api-rig.js';

let rig: ApiRig;
let apps = 0;

beforeAll(async () => {
  rig = await ApiRig.start(2);
});
afterAll(() => rig.stop());

/** With ann and bob. */
async function newApp(): Promise<TestApp> {
  const app = await rig.createApp(`quotas-${++apps}`);
  await rig.backEnd(`Bearer ${app.credential}`).upsert('ann', 'bob');
  return app;
}

async function usageOf({ appId }: TestApp): Promise<AppUsage> {
  const { usage } = await rig.operatorCalls(1)(Apps, 'getApp', { appId });
  if (usage === undefined) throw new Error('no usage');
  return usage;
}

/** Counted after what was done until now. */
async function counted(app: TestApp): Promise<AppUsage> {
  const idle = `app_id = '${app.appId}' AND owner = ''`;
  // A count under way, as there is of every new app, may have gone past what was done meanwhile.
  const before = await eventually('one is due, and none under way', async () => {
    const [row] = await queryRows(rig.database.url, `SELECT * FROM app_usage WHERE ${idle}`);
    const last = `${idle} AND counted_ms = ${Number(row?.['counted_ms'])}`;
    const due =
      row && (await queryRows(rig.database.url, `UPDATE app_usage SET due_ms = 0 WHERE ${last}`));
    return (due as { affectedRows?: number } | undefined)?.affectedRows === 1 ? row : undefined;
  });
  return eventually('the app is counted', async () => {
    const usage = await usageOf(app);
    return usage.countedMs > Number(before['counted_ms']) ? usage : undefined;
  });
}

async function set(app: TestApp, settings: object): Promise<void> {
  const patchJson = JSON.stringify(settings);
  const request = { appId: app.appId, clientRequestId: newId(), patchJson };
  await rig.operatorCalls()(Apps, 'updateSettings', request);
}

/** Set, counted, and known to every node: none believes a setting or a count for longer. */
async function limit(app: TestApp, settings: object): Promise<void> {
  await set(app, settings);
  await counted(app);
  await sleep(CONFIG_TTL_MS);
}

const refused = async (quota: string, call: Promise<unknown>) => {
  expect(await failureOf(call)).toEqual({ code: 'LIMIT_EXCEEDED', field: quota });
};

/** On both nodes, whichever of them has counted. */
async function refusedEverywhere(quota: string, call: (node: number) => Promise<unknown>) {
  for (const node of [0, 1]) await refused(quota, call(node));
}

const chat = directConversationId('ann' as UserId, 'bob' as UserId);
const send = (call: UserCall, clientMsgId = newId()) =>
  call(Messages, 'send', { conversationId: chat, clientMsgId, content: contentOf('hello') });

describe.concurrent('what an app has', () => {
  it('is counted by some node, page by page, and shown to operators', async () => {
    const app = await newApp();
    const ann = await rig.calls(app, 'ann');
    for (let n = 0; n < 3; n += 1) await send(ann);
    const kept = await ann(Groups, 'createGroup', { clientRequestId: newId(), name: 'Kept' });
    const ended = await ann(Groups, 'createGroup', { clientRequestId: newId(), name: 'Ended' });
    const groupId = ended.groupId;
    await ann(Groups, 'dissolveGroup', { clientRequestId: newId(), groupId });
    expect(kept.groupId).not.toBe(groupId);
    const usage = await counted(app);
    expect(usage).toMatchObject({ users: 2, groups: 1 });
    const [rows] = await queryRows(
      rig.database.url,
      `SELECT COUNT(*) AS n FROM entries WHERE app_id = '${app.appId}'`,
    );
    expect(usage.entries).toBe(rows?.n as number);
  });

  it('is not counted in with what others have', async () => {
    const [app, other] = [await newApp(), await newApp()];
    await send(await rig.calls(other, 'ann'));
    expect(await counted(app)).toMatchObject({ users: 2, groups: 0, entries: 0 });
    expect(await counted(other)).toMatchObject({ users: 2, groups: 0, entries: 1 });
  });
});

it.concurrent(
  'an app that gets its first quota is counted each minute from then on, though nodes remember it without one',
  async () => {
    const app = await newApp();
    await counted(app);
    for (const node of [0, 1]) await send(await rig.calls(app, 'ann', node));
    await set(app, { maxEntries: 1_000 });
    const isDue = await eventually('it is due a minute after its last count', async () => {
      const [row] = await queryRows(
        rig.database.url,
        `SELECT due_ms - counted_ms AS every FROM app_usage WHERE app_id = '${app.appId}'`,
      );
      // The database's clock is read for each of them.
      return Math.abs(Number(row?.['every']) - USAGE_EVERY_MS) < 1_000;
    });
    expect(isDue).toBe(true);
  },
);

describe.concurrent('an app with as many entries as it may have', () => {
  it('stores no more, whoever says it, answers repeats, and goes on once it may have more', async () => {
    const app = await newApp();
    const anns = [await rig.calls(app, 'ann', 0), await rig.calls(app, 'ann', 1)] as const;
    const backEnds = [rig.backEndCalls(app, 0), rig.backEndCalls(app, 1)] as const;
    const first = await send(anns[0], 'first');
    const old = ImportedMessage.create({
      sender: { kind: Sender_Kind.USER, id: 'ann' },
      clientMsgId: 'old',
      createdMs: 1_262_304_000_000,
      content: contentOf('long ago'),
    });
    const bring = (node: number, more: object = {}) =>
      (backEnds[node] as UserCall)(Imports, 'importMessages', {
        conversationId: chat,
        messages: [{ ...old, ...more }],
      });
    const brought = await bring(0);
    const { seq: target } = await send(anns[0]);
    const change = () => ({ conversationId: chat, clientMsgId: newId() });
    const react = (emoji: string, remove: boolean) =>
      anns[0](Messages, 'react', { ...change(), targetSeq: target, emoji, remove });
    const pin = (targetSeq: number, remove: boolean) =>
      anns[0](Messages, 'pin', { ...change(), targetSeq, remove });
    await react('-', false);
    await pin(first.seq, false);
    await limit(app, { maxEntries: 5 });
    await refusedEverywhere('maxEntries', (node) => send(anns[node] as UserCall));

    const edit = { ...change(), targetSeq: target, content: contentOf('better') };
    const sender = Sender.create({ kind: Sender_Kind.BUSINESS, id: 'ann' });
    const start = { clientRequestId: newId(), sender, content: contentOf('all') };
    for (const call of [
      () => anns[0](Messages, 'edit', edit),
      () => react('+', false),
      () => pin(target, false),
      () => bring(1, { clientMsgId: 'newer' }),
      () => backEnds[1](Broadcasts, 'startBroadcast', start),
    ]) {
      await refused('maxEntries', call());
    }

    // Nothing of it may cost an entry that is there, or keep somebody from taking one away.
    expect((await send(anns[1], 'first')).seq).toBe(first.seq);
    expect((await bring(1)).results).toMatchObject([
      { seq: brought.results[0]?.seq, alreadyStored: true },
    ]);
    await anns[0](Messages, 'send', {
      ...change(),
      content: contentOf('only now'),
      onlineOnly: true,
    });
    await react('-', true);
    await pin(first.seq, true);
    await anns[0](Messages, 'recall', { ...change(), targetSeq: target });

    await set(app, { maxEntries: 0 });
    await eventually('messages are stored again', () => send(anns[0]));
  });

  it('keeps a broadcast waiting, which goes on later', async () => {
    const app = await newApp();
    const backEnd = rig.backEndCalls(app, 1);
    await backEnd(Users, 'upsertUsers', { users: [{ userId: 'shop' }] });
    await send(await rig.calls(app, 'ann'));
    await limit(app, { maxEntries: 1 });
    await refusedEverywhere('maxEntries', async (node) => send(await rig.calls(app, 'ann', node)));
    // Started by a node that did not know yet.
    await rig.withStores(async ({ broadcasts }) => {
      const work = {
        appId: parseAppId(app.appId),
        owner: 'logic-1',
        dispatchDelayMs: 3_000,
        request: {
          actor: { kind: 'business', id: 'x' },
          requestId: newId(),
          method: 'StartBroadcast',
        },
      } as never;
      const order = {
        broadcastId: 'b.waits',
        sender: { kind: 'business', id: 'shop' },
        accountId: 'shop' as UserId,
        kind: 'text',
        content: Buffer.from([0x0a, 0x04, 0x0a, 0x02, 0x68, 0x69]),
        countable: true,
      } as const;
      await broadcasts.start(work, order, null);
    });
    const get = async () =>
      (await backEnd(Broadcasts, 'getBroadcast', { broadcastId: 'b.waits' })).broadcast;
    await eventually('somebody has looked at it again', async () => {
      const rows = await queryRows(
        rig.database.url,
        `SELECT attempts FROM broadcasts WHERE app_id = '${app.appId}'`,
      );
      return Number(rows[0]?.attempts) > 1;
    });
    expect(await get()).toMatchObject({ done: 0, failed: 0, endedMs: 0 });
    await set(app, { maxEntries: 0 });
    const ended = await eventually('it ends', async () => {
      const broadcast = await get();
      return broadcast && broadcast.endedMs > 0 ? broadcast : undefined;
    });
    expect(ended).toMatchObject({ state: BroadcastState.DONE, done: 2, failed: 0 });
  });
});

describe.concurrent('an app with as many users as it may have', () => {
  it('gets no new ones by any way, and those it has go on', async () => {
    const app = await newApp();
    await limit(app, { maxUsers: 2 });
    const backEnds = [rig.backEndCalls(app, 0), rig.backEndCalls(app, 1)] as const;
    const upsert = (node: number, ...userIds: string[]) =>
      rig.backEnd(`Bearer ${app.credential}`, node).upsert(...userIds);
    await refusedEverywhere('maxUsers', (node) => upsert(node, 'ann', `new-${newId()}`));

    const token = await app.token('eve');
    const eve = (node: number) =>
      rig
        .user({ authorization: `Bearer ${token}`, 'queqiao-device': 'phone' }, node)
        .getUsers('ann');
    await refusedEverywhere('maxUsers', eve);
    const issue = { userId: 'eve', createUser: true };
    await refused('maxUsers', backEnds[0](Tokens, 'issueToken', issue));
    const door = linkDoor(rig, 'proto');
    const open = (who: string) =>
      callWith(door, 'queqiao.link.v1.SessionService/OpenSession', {
        token: who,
        device: { id: 'phone', platform: 'PLATFORM_WEB' },
      });
    const refusal = await open(token).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(DomainError);
    // Which closes the socket for good: 4202.
    expect(refusal).toMatchObject({ code: 'LIMIT_EXCEEDED', field: 'maxUsers' });
    expect((refusal as DomainError).row.signInCloseCode).toBe(4202);
    await open(await app.token('ann'));
    door.close();
    for (const table of ['users', 'devices']) {
      const sql = `SELECT user_id FROM ${table} WHERE app_id = '${app.appId}' AND user_id NOT IN ('ann', 'bob')`;
      expect(await queryRows(rig.database.url, sql), table).toEqual([]);
    }
    // Nobody is new in it.
    await upsert(0, 'ann', 'bob');
  });

  it('gets the first answer to a repeated call that made the last of them', async () => {
    const app = await newApp();
    const backEnds = [rig.backEndCalls(app, 0), rig.backEndCalls(app, 1)] as const;
    const request = { clientRequestId: newId(), users: [{ userId: 'cat' } as never] };
    const first = await backEnds[0](Users, 'upsertUsers', request);
    await limit(app, { maxUsers: 1 });
    await refusedEverywhere('maxUsers', (node) =>
      rig.backEnd(`Bearer ${app.credential}`, node).upsert(`new-${newId()}`),
    );
    expect(await backEnds[1](Users, 'upsertUsers', request)).toEqual(first);
  });

  it('refuses a call that would make more at once than there is room for', async () => {
    const app = await newApp();
    await limit(app, { maxUsers: 4 });
    const upsert = (node: number, ...more: string[]) =>
      rig.backEnd(`Bearer ${app.credential}`, node).upsert('ann', ...more);
    await refusedEverywhere('maxUsers', (node) => upsert(node, 'c', 'd', 'e'));
    expect(await upsert(1, 'c', 'd')).toMatchObject({ created: 2 });
  });
});

describe.concurrent('an app with as many groups as it may have', () => {
  it('gets no new ones, answers repeats, and gets one when one has ended', async () => {
    const app = await newApp();
    const anns = [await rig.calls(app, 'ann', 0), await rig.calls(app, 'ann', 1)] as const;
    const create = (node: number, clientRequestId = newId()) =>
      (anns[node] as UserCall)(Groups, 'createGroup', { clientRequestId, name: 'Team' });
    const first = await create(0, 'first');
    await limit(app, { maxGroups: 1 });
    await refusedEverywhere('maxGroups', (node) => create(node));
    const backEnd = rig.backEnd(`Bearer ${app.credential}`, 1);
    await refused('maxGroups', backEnd.createGroup({ ownerId: 'bob' }));
    const { roomId } = await anns[0](Groups, 'enterFaceRoom', { code: '1234' });
    const face = { clientRequestId: newId(), roomId };
    await refused('maxGroups', anns[0](Groups, 'joinFaceRoom', face));
    expect((await create(1, 'first')).groupId).toBe(first.groupId);
    await anns[0](Groups, 'dissolveGroup', { clientRequestId: newId(), groupId: first.groupId });
    await counted(app);
    await eventually('there is room again', () => create(1));
  });

  it('lets people into those that there are, also by the digits that made one', async () => {
    const app = await newApp();
    const [ann, bob] = [await rig.calls(app, 'ann', 0), await rig.calls(app, 'bob', 1)];
    const { roomId } = await ann(Groups, 'enterFaceRoom', { code: '1234' });
    await bob(Groups, 'enterFaceRoom', { code: '1234' });
    const join = (call: UserCall) =>
      call(Groups, 'joinFaceRoom', { clientRequestId: newId(), roomId });
    const { groupId } = await join(ann);
    await limit(app, { maxGroups: 1 });
    await refusedEverywhere('maxGroups', async (node) =>
      (await rig.calls(app, 'ann', node))(Groups, 'createGroup', {
        clientRequestId: newId(),
        name: 'Team',
      }),
    );
    expect((await join(bob)).groupId).toBe(groupId);
  });
});
