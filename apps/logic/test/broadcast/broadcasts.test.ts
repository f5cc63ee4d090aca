import { Sender, Sender_Kind } from '@queqiao/protocol/client';
import {
  BroadcastServiceDefinition as Broadcasts,
  BroadcastState,
  type Broadcast,
} from '@queqiao/protocol/server';
import { eventually, lockHead, queryRows, type TestApp } from '@queqiao/testkit';
import { parseAppId } from '@queqiao/domain';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApiRig, contentOf, failureOf, newId, type UserCall } from '../rig/api-rig.js';
import { LiveDevices } from '../rig/live-devices.js';

/** More than one step, and the last one with fewer than a wave. */
const USERS = 1_030;
const userIds = Array.from({ length: USERS }, (_, n) => `user-${String(n).padStart(4, '0')}`);

let rig: ApiRig;
let app: TestApp;
let backEnds: UserCall[];
let devices: LiveDevices;
let appCount = 0;

beforeAll(async () => {
  rig = await ApiRig.start(2);
  devices = await LiveDevices.open(rig.nodes);
});
afterAll(async () => {
  devices.close();
  await rig.stop();
});
beforeEach(async () => {
  appCount += 1;
  app = await rig.createApp(`app-${appCount}`, { events: true });
  backEnds = [rig.backEndCalls(app, 0), rig.backEndCalls(app, 1)];
});

const shop = Sender.create({ kind: Sender_Kind.BUSINESS, id: 'shop' });

/** The account and so many others. */
async function gather(users: readonly string[]): Promise<void> {
  const backEnd = rig.backEnd(`Bearer ${app.credential}`);
  const all = ['shop', ...users];
  for (let at = 0; at < all.length; at += 500) await backEnd.upsert(...all.slice(at, at + 500));
}

const onNode = (node: number): UserCall => {
  const call = backEnds[node];
  if (call === undefined) throw new Error(`no node ${node}`);
  return call;
};

interface Start {
  readonly id?: string;
  readonly sender?: Sender;
  readonly words?: string;
  readonly notCounted?: boolean;
  readonly node?: number;
}

async function start(options: Start = {}): Promise<Broadcast> {
  const {
    id = newId(),
    sender = shop,
    words = 'hear, hear',
    notCounted = false,
    node = 0,
  } = options;
  const request = { clientRequestId: id, sender, content: contentOf(words), notCounted };
  return present((await onNode(node)(Broadcasts, 'startBroadcast', request)).broadcast);
}

async function get(broadcastId: string, node = 0): Promise<Broadcast> {
  return present((await onNode(node)(Broadcasts, 'getBroadcast', { broadcastId })).broadcast);
}

const cancel = async (broadcastId: string, id = newId()) => {
  const request = { clientRequestId: id, broadcastId };
  return present((await onNode(1)(Broadcasts, 'cancelBroadcast', request)).broadcast);
};

function present(broadcast: Broadcast | undefined): Broadcast {
  if (broadcast === undefined) throw new Error('no broadcast');
  return broadcast;
}

const ended = (broadcastId: string, node = 0): Promise<Broadcast> =>
  eventually('the broadcast ends', async () => {
    const broadcast = await get(broadcastId, node);
    return broadcast.endedMs > 0 ? broadcast : undefined;
  });

/** A statement on rows of the app, whose id is its first value. */
const change = (sql: string, ...values: string[]) =>
  queryRows(rig.database.url, sql, [app.appId, ...values]);

/** As if every step of the app's broadcasts had been lost, and none of the messages. */
const setBack = () =>
  change(
    "UPDATE broadcasts SET state = 0, ended_ms = NULL, attempts = 0, total = 0, done = 0, done_to = '', due_ms = 1 WHERE app_id = ?",
  );

/** Entries of each user, of the app. */
async function received(): Promise<Map<string, number>> {
  const rows = await queryRows(
    rig.database.url,
    'SELECT conversation_id AS chat, COUNT(*) AS n FROM entries WHERE app_id = ? GROUP BY conversation_id',
    [app.appId],
  );
  return new Map(rows.map((row) => [String(row['chat']), Number(row['n'])]));
}

describe('a broadcast', () => {
  it('reaches everybody once, as a message like any other', async () => {
    await gather(userIds);
    const session = await devices.signIn(app.appId, 'user-0007');
    const id = newId();
    const first = await start({ id });
    expect(first).toMatchObject({ total: USERS, notCounted: false, sender: shop });
    const done = await ended(first.broadcastId, 1);
    expect(done).toMatchObject({
      state: BroadcastState.DONE,
      total: USERS,
      done: USERS,
      failed: 0,
      content: contentOf('hear, hear'),
    });
    expect(done.startedMs).toBeGreaterThanOrEqual(done.createdMs);
    expect(done.endedMs).toBeGreaterThanOrEqual(done.startedMs);
    const all = await received();
    expect(all.size).toBe(USERS);
    expect([...all.values()].every((n) => n === 1)).toBe(true);
    await eventually('a push', () => devices.pushed(session, 'd:shop:user-0007').length === 1);
    const { conversations } = await (await rig.signedIn(app, 'user-1029')).sync();
    expect(conversations).toHaveLength(1);
    expect([conversations[0]?.lastOrdinal, conversations[0]?.member?.readOrdinal]).toEqual([1, 0]);
    const [events] = await queryRows(
      rig.database.url,
      'SELECT (SELECT COUNT(*) FROM app_events WHERE app_id = ?) + (SELECT COUNT(*) FROM event_outbox WHERE app_id = ?) AS n',
      [app.appId, app.appId],
    );
    expect(Number(events?.['n'])).toBe(USERS);
    // The same call again is the same broadcast, also once answers of requests are kept no longer.
    expect(await start({ id, node: 1 })).toEqual(done);
    await queryRows(rig.database.url, 'DELETE FROM requests WHERE app_id = ?', [app.appId]);
    expect(await start({ id })).toEqual(done);
    // Whatever would be in the way of another one by now.
    await change('DELETE FROM users WHERE app_id = ? AND user_id = ?', 'shop');
    expect(await start({ id })).toEqual(done);
    expect(await failureOf(start())).toEqual({ code: 'NOT_FOUND', field: 'sender.id' });
    expect(await received()).toEqual(all);
  });

  it('of the system comes from its account, and raises no count when it is not to', async () => {
    await gather(['system', 'alice']);
    const system = Sender.create({ kind: Sender_Kind.SYSTEM, id: '' });
    const { broadcastId } = await start({ sender: system, notCounted: true });
    expect(await ended(broadcastId)).toMatchObject({ total: 2, done: 2, notCounted: true });
    expect([...(await received()).keys()].sort()).toEqual(['d:alice:system', 'd:shop:system']);
    const [chat] = (await (await rig.signedIn(app, 'alice')).sync()).conversations;
    expect([chat?.lastSeq, chat?.lastOrdinal]).toEqual([1, 0]);
  });

  it('leaves out who comes later, wherever in the order of ids', async () => {
    await gather(['alice', 'bob', 'zoe']);
    await change(
      'UPDATE users SET created_ms = created_ms + 3600000 WHERE app_id = ? AND user_id <> ?',
      'bob',
    );
    const { broadcastId } = await start();
    expect(await ended(broadcastId)).toMatchObject({ total: 1, done: 1, failed: 0 });
    expect([...(await received()).keys()]).toEqual(['d:bob:shop']);
  });

  it('goes past those who cannot be written to, and counts them as failed', async () => {
    await gather(['alice', 'bob', 'carol']);
    const backEnd = rig.backEnd(`Bearer ${app.credential}`);
    await backEnd.send({ sender: shop, conversationId: 'd:bob:shop' });
    // The account is no user any more: what it has begun goes on, and nothing begins.
    await change('DELETE FROM users WHERE app_id = ? AND user_id = ?', 'shop');
    await change(
      `INSERT INTO broadcasts (app_id, broadcast_id, sender, account_id, kind, content, countable, total, created_ms, due_ms)
       VALUES (?, ?, 'business:shop', 'shop', 'text', '', 1, 3, 9e15, 1)`,
      'late',
    );
    expect(await ended('late')).toMatchObject({
      state: BroadcastState.DONE,
      total: 3,
      done: 1,
      failed: 2,
    });
    expect([...(await received())]).toEqual([['d:bob:shop', 2]]);
  });

  it('that was cut off between the messages and its count sends to nobody twice', async () => {
    await gather(userIds.slice(0, 100));
    const { broadcastId } = await start();
    await ended(broadcastId);
    const all = await received();
    await setBack();
    const again = await ended(broadcastId);
    expect(again).toMatchObject({ state: BroadcastState.DONE, total: 100, done: 100, failed: 0 });
    expect(await received()).toEqual(all);
  });

  it('ends where it is when it is cancelled, for good', async () => {
    await gather(userIds);
    const conversationId = `d:shop:${userIds[0]}`;
    await rig.backEnd(`Bearer ${app.credential}`).send({ sender: shop, conversationId });
    const claim = async () =>
      (await change('SELECT attempts, due_ms FROM broadcasts WHERE app_id = ?'))[0];
    const id = newId();
    // The first step gets no further than this while the broadcast is cancelled, however long that takes.
    const lock = await lockHead(rig.database.url, app.appId, conversationId);
    const { broadcastId } = await start();
    try {
      await eventually(
        'a step is under way',
        async () => Number((await claim())?.['attempts']) > 0,
      );
      const cancelled = await cancel(broadcastId, id);
      expect(cancelled.state).toBe(BroadcastState.CANCELLED);
    } finally {
      await lock.release();
    }
    expect(await cancel(broadcastId, id)).toMatchObject({ state: BroadcastState.CANCELLED });
    // What was on its way is counted, then nothing comes any more. A step that goes on is a claim that has not come to anything yet:
    // until it has, nothing sent and nothing counted say nothing.
    await eventually('no step is under way', async () => {
      const row = await claim();
      // Never due again: a claim of one that has ended would send on.
      expect(row).toMatchObject({ due_ms: null });
      return row?.['attempts'] === 0;
    });
    const { done: rest } = await get(broadcastId);
    const sent = [...(await received()).values()].reduce((sum, n) => sum + n, 0);
    // But for what was said before.
    expect(sent - 1).toBe(rest);
    expect(rest).toBeGreaterThan(0);
    expect(rest).toBeLessThan(USERS);
    const other = await start({ words: 'another' });
    await ended(other.broadcastId);
    expect((await get(broadcastId)).done).toBe(rest);
    // One that has ended stays as it is.
    expect(await cancel(other.broadcastId)).toMatchObject({ state: BroadcastState.DONE });
  });

  it('waits while its app is suspended', async () => {
    await gather(['alice']);
    const status = (to: 'active' | 'suspended') =>
      rig.changeApps((apps) => apps.setStatus(parseAppId(app.appId), to));
    const { broadcastId } = await start();
    await ended(broadcastId);
    await status('suspended');
    for (const node of [0, 1]) {
      await eventually('the node knows', async () => {
        const failure = await failureOf(get(broadcastId, node));
        return failure.code === 'APP_SUSPENDED';
      });
    }
    await setBack();
    const row = async () => (await change('SELECT * FROM broadcasts WHERE app_id = ?'))[0];
    await eventually('it is claimed in vain', async () => Number((await row())?.['attempts']) > 0);
    expect(await row()).toMatchObject({ state: 0, done: 0, done_to: '' });
    await status('active');
    await eventually('the app is back', () => get(broadcastId).then(() => true));
    await change('UPDATE broadcasts SET due_ms = 1 WHERE app_id = ? AND state = 0');
    expect(await ended(broadcastId)).toMatchObject({ done: 1 });
  });
});

describe('broadcasts', () => {
  it('are listed newest first, page by page, without contents', async () => {
    await gather(['alice']);
    const ids: string[] = [];
    for (const words of ['a', 'b', 'c']) ids.unshift((await start({ words })).broadcastId);
    const found: string[] = [];
    let pages = 0;
    for (let pageToken = ''; ; pages += 1) {
      const page = await onNode(0)(Broadcasts, 'listBroadcasts', { pageToken, limit: 2 });
      expect(page.broadcasts.every(({ content }) => content === undefined)).toBe(true);
      found.push(...page.broadcasts.map(({ broadcastId }) => broadcastId));
      pageToken = page.nextPageToken;
      if (pageToken === '') break;
    }
    expect([found, pages]).toEqual([ids, 1]);
  });

  it('of an app are ten at a time', async () => {
    await gather(['alice']);
    const held = Array.from({ length: 10 }, (_, n) => `held-${n}`);
    for (const id of held) {
      await change(
        `INSERT INTO broadcasts (app_id, broadcast_id, sender, account_id, kind, content, countable, total, created_ms, due_ms)
         VALUES (?, ?, 'business:shop', 'shop', 'text', '', 1, 1, 1, 9e15)`,
        id,
      );
    }
    const tooMany = { code: 'LIMIT_EXCEEDED', field: 'BROADCASTS_MAX_RUNNING' };
    expect(await failureOf(start())).toEqual(tooMany);
    await cancel('held-0');
    expect(await start()).toMatchObject({ total: 1 });
  });
});
