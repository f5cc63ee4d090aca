import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Database } from '../../src/index.js';
import { allow, app, direct, message, StoreRig } from '../rig/store-rig.js';

let rig: StoreRig;
let database: Database;
const one = direct('a', 'b');

beforeAll(async () => {
  rig = await StoreRig.start();
  database = rig.open();
  await database.conversations.ensureDirect([{ appId: app, conversationId: one }]);
});
beforeEach(() => rig.root.query('DELETE FROM dispatch'));
afterAll(() => rig.stop());

async function due(count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index++) {
    const options = { ...allow, dispatchDelayMs: -1 };
    const { dispatchId } = await database.append.commitBatch([message(one, 'a')], options);
    if (dispatchId !== null) ids.push(dispatchId);
  }
  return ids;
}

it('claims what is past due, and nothing that is not', async () => {
  const notYet = { ...allow, dispatchDelayMs: 3_600_000 };
  const { dispatchId } = await database.append.commitBatch([message(one, 'a')], notYet);
  const ids = await due(2);
  const rows = await database.dispatch.claimDue({ owner: 'logic-2', limit: 10 });
  expect(rows.map((row) => row.dispatchId).sort()).toEqual(ids.sort());
  expect(rows.map((row) => row.dispatchId)).not.toContain(dispatchId);
  expect(rows[0]).toMatchObject({ owner: 'logic-1', attempts: 1 });
  expect(rows[0]?.payload.ranges).toMatchObject([{ appId: app, conversationId: one }]);
  expect(await database.dispatch.claimDue({ owner: 'logic-2', limit: 10 })).toEqual([]);
});

it('never gives a row to two claimers at the same time', async () => {
  const ids = await due(40);
  const other = rig.open();
  const claims = await Promise.all(
    Array.from({ length: 12 }, (_, index) =>
      (index % 2 === 0 ? database : other).dispatch.claimDue({ owner: `logic-${index}`, limit: 7 }),
    ),
  );
  const claimed = claims.flat().map((row) => row.dispatchId);
  expect(new Set(claimed).size).toBe(claimed.length);
  const rest = await database.dispatch.claimDue({ owner: 'logic-9', limit: 100 });
  expect([...claimed, ...rest.map((row) => row.dispatchId)].sort()).toEqual(ids.sort());
});

it('passes over rows that another claimer is still holding', async () => {
  const ids = await due(3);
  const holder = await StoreRig.root(rig.created.rootUrl);
  await holder.query('START TRANSACTION');
  await holder.query('SELECT * FROM dispatch WHERE dispatch_id = ? FOR UPDATE', [ids[0]]);
  try {
    const rows = await database.dispatch.claimDue({ owner: 'logic-2', limit: 10 });
    expect(rows.map((row) => row.dispatchId).sort()).toEqual(ids.slice(1).sort());
  } finally {
    holder.destroy();
  }
});

it('backs off further with every claim', async () => {
  await due(1);
  const dueMs = async () => (await rig.rows<{ due_ms: number }>('SELECT due_ms FROM dispatch'))[0];
  for (const seconds of [3, 6, 12, 24, 48, 96, 192, 300]) {
    const claim = () => database.dispatch.claimDue({ owner: 'logic-2', limit: 1 });
    const made = await rig.madeDueIn(seconds * 1_000, claim, async () => (await dueMs())?.due_ms);
    expect([seconds, made.isDueThen]).toEqual([seconds, true]);
    await rig.root.query('UPDATE dispatch SET due_ms = 0');
  }
});

it('settles by id, ignores unknown ones, and tells the backlog', async () => {
  const [first = ''] = await due(2);
  await database.dispatch.settle([first, 'unknown']);
  const backlog = await database.dispatch.backlog();
  expect(backlog.rows).toBe(1);
  expect(backlog.oldestDueMs).toBeGreaterThanOrEqual(0);
  await rig.root.query('DELETE FROM dispatch');
  expect(await database.dispatch.backlog()).toEqual({ rows: 0, oldestDueMs: 0 });
});

it('keeps an order to resync a node until it is settled', async () => {
  const target = { owner: 'logic-1', nodeId: 'connect-1', bootId: 'f00' };
  const id = await database.dispatch.insertResync(target);
  const rows = await database.dispatch.claimDue({ owner: 'logic-2', limit: 10 });
  expect(rows).toMatchObject([
    {
      dispatchId: id,
      payload: { ranges: [], states: [], resync: { nodeId: 'connect-1', bootId: 'f00' } },
    },
  ]);
});
