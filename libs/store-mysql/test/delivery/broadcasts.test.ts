import { parseAppId } from '@queqiao/domain';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { RECIPIENTS_SQL } from '../../src/broadcast/broadcast-steps.js';
import { StoreConnection } from '../../src/connection/store-connection.js';
import {
  BROADCAST_KEPT_MS,
  BROADCAST_MAX_COUNTED,
  BROADCAST_MAX_STEP_USERS,
  BROADCASTS_MAX_RUNNING,
  type BroadcastJob,
  type Database,
} from '../../src/index.js';
import { addUsers, app, direct, StoreRig, user } from '../rig/store-rig.js';

let rig: StoreRig;
let one: Database;
let two: Database;

beforeAll(async () => {
  rig = await StoreRig.start();
  [one, two] = [rig.open(), rig.open()];
  await one.apps.createApp(app, 'Demo');
  const ids = Array.from(
    { length: BROADCAST_MAX_STEP_USERS + 3 },
    (_, n) => `u${String(n).padStart(4, '0')}`,
  );
  for (let at = 0; at < ids.length; at += 400) await addUsers(one, ...ids.slice(at, at + 400));
  await addUsers(one, 'm-shop', 'zoe');
});
afterAll(() => rig.stop());
beforeEach(() => rig.root.query('DELETE FROM broadcasts'));

const options = { owner: 'logic-1', dispatchDelayMs: 3_000 };
const actor = { kind: 'system', id: '' } as const;
let requests = 0;
const numbers = (count: number): string =>
  `(${Array.from({ length: count }, (_, n) => `SELECT ${n} AS n`).join(' UNION ALL ')})`;
const workFor = (method: string) => {
  requests += 1;
  return { ...options, appId: app, request: { actor, requestId: `r${requests}`, method } };
};
const order = (broadcastId: string) => ({
  broadcastId,
  sender: { kind: 'business', id: 'm-shop' } as const,
  accountId: user('m-shop'),
  kind: 'text',
  content: Buffer.of(1, 2),
  countable: true,
});
const start = (broadcastId: string, database = one) =>
  database.broadcasts.start(workFor('StartBroadcast'), order(broadcastId), null);

/** The statements of some work that read users. */
async function readsOfUsers(work: () => Promise<unknown>) {
  const spy = vi.spyOn(StoreConnection.prototype, 'query');
  try {
    await work();
    const sent = spy.mock.calls.map(([request]) => request);
    return sent.filter((request) => /FROM `?users\b/.test(request.sql));
  } finally {
    spy.mockRestore();
  }
}

async function claimed(database = one): Promise<BroadcastJob> {
  const [job] = await database.broadcasts.claimDue({ owner: 'logic-1', limit: 1 });
  if (job === undefined) throw new Error('nothing is due');
  return job;
}

it('are ten of an app at a time, whichever nodes begin them at once', async () => {
  const starts = Array.from({ length: BROADCASTS_MAX_RUNNING + 6 }, (_, n) =>
    start(`b${n}`, n % 2 ? one : two),
  );
  const outcomes = await Promise.allSettled(starts);
  const refused = outcomes.flatMap((each) =>
    each.status === 'rejected' ? [each.reason as unknown] : [],
  );
  expect(refused).toHaveLength(6);
  for (const each of refused)
    expect(each).toMatchObject({ code: 'LIMIT_EXCEEDED', field: 'BROADCASTS_MAX_RUNNING' });
});

it('count nobody for a request that was carried out before, also when its answer is kept no longer', async () => {
  const work = workFor('StartBroadcast');
  const again = () => one.broadcasts.start(work, order('b1'), null);
  expect(await readsOfUsers(again)).toHaveLength(1);
  expect(await readsOfUsers(again)).toHaveLength(0);
  await rig.root.query('DELETE FROM requests');
  expect(await readsOfUsers(again)).toHaveLength(0);
  expect(await one.broadcasts.get(app, 'b1')).toMatchObject({
    total: BROADCAST_MAX_STEP_USERS + 4,
  });
});

it('count so many users and no more: of a larger app they say what it had when it was counted last', async () => {
  const large = parseAppId('large');
  await one.apps.createApp(large, 'Large');
  await rig.root.query(
    `INSERT INTO users (app_id, user_id, created_ms, updated_ms) SELECT ?, CONCAT('u', a.n, '.', b.n), 1, 1
    FROM ${numbers(110)} a, ${numbers(100)} b`,
    [large],
  );
  const startLarge = (id: string) =>
    one.broadcasts.start({ ...workFor('StartBroadcast'), appId: large }, order(id), null);
  const [count] = await readsOfUsers(() => startLarge('b1'));
  expect(await one.broadcasts.get(large, 'b1')).toMatchObject({ total: BROADCAST_MAX_COUNTED - 1 });
  await rig.root.query('FLUSH STATUS');
  await rig.root.query(count?.sql ?? '', [...(count?.values ?? [])]);
  const [read] = await rig.rows<{ Value: string }>("SHOW SESSION STATUS LIKE 'Handler_read_next'");
  expect(Number(read?.Value)).toBeLessThanOrEqual(BROADCAST_MAX_COUNTED);
  await rig.root.query('UPDATE app_usage SET user_count = 13000 WHERE app_id = ?', [large]);
  await startLarge('b2');
  expect(await one.broadcasts.get(large, 'b2')).toMatchObject({ total: 12_999 });
  await rig.root.query("UPDATE broadcasts SET done = 13000, failed = 5 WHERE broadcast_id = 'b2'");
  expect(await one.broadcasts.get(large, 'b2')).toMatchObject({ total: 13_005 });
});

it('are claimed by one node, and by another one once nothing was heard of them for a while', async () => {
  await start('b1');
  const [mine, theirs] = await Promise.all(
    [one, two].map(({ broadcasts }) => broadcasts.claimDue({ owner: 'x', limit: 5 })),
  );
  expect(
    [...(mine ?? []), ...(theirs ?? [])].map(({ broadcastId, attempts }) => [
      broadcastId,
      attempts,
    ]),
  ).toEqual([['b1', 1]]);
  expect(await two.broadcasts.claimDue({ owner: 'x', limit: 5 })).toEqual([]);
  await rig.root.query('UPDATE broadcasts SET due_ms = 1');
  expect(await claimed(two)).toMatchObject({ ...order('b1'), attempts: 2, doneTo: '', appId: app });
});

it('go to everybody by id, but for the account and who came later', async () => {
  await start('b1');
  await one.conversations.ensureDirect([{ appId: app, conversationId: direct('m-shop', 'u0001') }]);
  await rig.root.query(
    "UPDATE users SET created_ms = created_ms + 86400000 WHERE user_id = 'u0002'",
  );
  const job = await claimed();
  const first = await one.broadcasts.recipients(job);
  expect([first.isLast, first.through, first.recipients.length]).toEqual([false, 'u0498', 498]);
  expect(first.recipients.filter(({ hasChat }) => hasChat)).toEqual([
    { userId: 'u0001', hasChat: true },
  ]);
  const ids = first.recipients.map(({ userId }) => userId);
  expect([ids.includes(user('m-shop')), ids.includes(user('u0002'))]).toEqual([false, false]);
  const rest = await one.broadcasts.recipients({ ...job, doneTo: first.through });
  expect([rest.isLast, rest.through]).toEqual([true, 'zoe']);
  expect(rest.recipients.map(({ userId }) => userId)).toEqual([
    'u0499',
    'u0500',
    'u0501',
    'u0502',
    'zoe',
  ]);
  const nobody = await one.broadcasts.recipients({ ...job, doneTo: rest.through });
  expect(nobody).toEqual({ recipients: [], through: 'zoe', isLast: true });
});

it('count a step once, whoever takes it', async () => {
  await start('b1');
  const job = await claimed();
  const step = { doneTo: user('u0100'), done: 90, failed: 10, isLast: false };
  const both = await Promise.all([one, two].map(({ broadcasts }) => broadcasts.advance(job, step)));
  expect(both).toEqual([{ more: true }, { more: true }]);
  expect(await one.broadcasts.get(app, 'b1')).toMatchObject({
    state: 'running',
    done: 90,
    failed: 10,
    endedMs: 0,
  });
  const next = await claimed();
  expect([next.doneTo, next.attempts]).toEqual(['u0100', 1]);
  const last = { doneTo: user('zoe'), done: 5, failed: 0, isLast: true };
  for (const database of [one, two])
    expect(await database.broadcasts.advance(next, last)).toEqual({ more: false });
  const done = await one.broadcasts.get(app, 'b1');
  expect(done).toMatchObject({ state: 'done', total: 105, done: 95, failed: 10 });
  expect(await one.broadcasts.claimDue({ owner: 'x', limit: 5 })).toEqual([]);
});

it('that were cancelled count what was under way, and go on no more', async () => {
  await start('b1');
  const job = await claimed();
  const missing = new Error('missing');
  await one.broadcasts.cancel(workFor('CancelBroadcast'), 'b1', missing);
  const step = { doneTo: user('u0100'), done: 90, failed: 10, isLast: false };
  expect(await two.broadcasts.advance(job, step)).toEqual({ more: false });
  expect(await one.broadcasts.get(app, 'b1')).toMatchObject({
    state: 'cancelled',
    done: 90,
    failed: 10,
  });
  const none = one.broadcasts.cancel(workFor('CancelBroadcast'), 'b2', missing);
  await expect(none).rejects.toBe(missing);
});

it('are kept for thirty days after their end', async () => {
  for (const id of ['running', 'fresh', 'old']) await start(id);
  const age = (id: string, ms: number) =>
    rig.root.query(
      'UPDATE broadcasts SET state = 1, due_ms = NULL, ended_ms = UNIX_TIMESTAMP() * 1000 - ? WHERE broadcast_id = ?',
      [ms, id],
    );
  await age('fresh', BROADCAST_KEPT_MS - 60_000);
  await age('old', BROADCAST_KEPT_MS + 60_000);
  expect(await one.broadcasts.prune(100)).toBe(1);
  const { length } = await one.broadcasts.list(app, { before: null, limit: 10 });
  expect(length).toBe(2);
});

it('are read by keys only', async () => {
  await rig.root.query('ANALYZE TABLE users, conversations, broadcasts');
  const plan = async (sql: string, values: (string | number)[] = []) => {
    const rows = await rig.rows<{
      table: string;
      key: string | null;
      type: string;
      Extra: string | null;
    }>(`EXPLAIN FORMAT=TRADITIONAL ${sql}`, values);
    return rows
      .filter(({ table }) => !table.startsWith('<'))
      .map(({ table, key, type }) => `${table} ${key} ${type}`);
  };
  const recipients = [app, 'u0100', 500, app, 'm-shop', 'm-shop', 'm-shop'];
  expect((await plan(RECIPIENTS_SQL, recipients)).sort()).toEqual([
    'c PRIMARY eq_ref',
    'u PRIMARY range',
  ]);
});
