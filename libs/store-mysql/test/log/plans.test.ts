import { changesOf, readChanges } from '../../src/append/change-reads.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findHeads, findMembers, findStored, lockHeads } from '../../src/append/append-reads.js';
import { headsInOrder, keyedItem } from '../../src/append/batch-keys.js';
import { READ_STATES_SQL, SUMMARY_SQL } from '../../src/conversation/app-view.js';
import {
  MEMBER_LIST_SQL,
  MEMBER_SQL,
  MEMBERSHIPS_SQL,
  SHOWN_ENTRIES_SQL,
} from '../../src/conversation/conversation-reads.js';
import { allow, app, direct, message, StoreRig } from '../rig/store-rig.js';

interface PlanRow {
  table: string;
  type: string;
  key: string | null;
  rows: number;
  Extra: string;
}

let rig: StoreRig;
const OTHERS = Array.from({ length: 120 }, (_, index) => `u${index}`);
const keyed = OTHERS.map((other) => keyedItem(message(direct('a', other), 'a')));

beforeAll(async () => {
  rig = await StoreRig.start();
  const database = rig.open();
  const heads = headsInOrder(keyed);
  await database.conversations.ensureDirect(heads);
  for (let round = 0; round < 5; round++) {
    const items = OTHERS.map((other) => message(direct('a', other), 'a'));
    await database.append.commitBatch(items, allow);
  }
  await rig.root.query('ANALYZE TABLE conversations, members, entries, dispatch');
});
afterAll(() => rig.stop());

/** Only look-ups in an index, on the tables that matter, without sorting and without temporary tables. */
async function expectLookUps(
  sql: string,
  values: (string | number)[],
  expected: Record<string, { key: string; types: string[] }>,
): Promise<PlanRow[]> {
  // Newer MySQL explains as a tree unless told otherwise.
  const plan = await rig.rows<PlanRow>(`EXPLAIN FORMAT=TRADITIONAL ${sql}`, values);
  const tables = plan.filter(({ table }) => table !== 'k');
  expect(tables.map(({ table }) => table).sort()).toEqual(Object.keys(expected).sort());
  for (const { table, type, key, Extra } of tables) {
    expect(expected[table]?.types).toContain(type);
    expect(key).toBe(expected[table]?.key);
    expect(Extra ?? '').not.toMatch(/filesort|temporary|join buffer/);
  }
  return tables;
}

it.each([1, 5, 120])('a batch of %i reads by keys only', async (size) => {
  const items = keyed.slice(0, size);
  const heads = headsInOrder(items);
  const byKey = { key: 'PRIMARY', types: ['eq_ref'] };
  await expectLookUps(lockHeads(heads, true), [], { c: byKey });
  await expectLookUps(findHeads(heads), [], { c: byKey });
  await expectLookUps(findStored(items) ?? '', [], {
    e: { key: 'entries_by_message', types: ['eq_ref'] },
  });
  await expectLookUps(findMembers(items) ?? '', [], {
    m: { key: 'PRIMARY', types: ['eq_ref'] },
  });
});

it.each([1, 120])('the changes of a batch of %i read by keys only', async (size) => {
  const change = { kind: 'pin', targetSeqs: [1], removed: false } as const;
  const items = keyed.slice(0, size).map(({ item }) => keyedItem({ ...item, change }));
  const { statements } = readChanges(changesOf(items));
  const byKey = { key: 'PRIMARY', types: ['eq_ref', 'ref'] };
  const plans: Record<string, typeof byKey>[] = [{ e: byKey }, { p: byKey }, { s: byKey }];
  expect(statements).toHaveLength(plans.length);
  for (const [index, plan] of plans.entries()) {
    await expectLookUps(statements[index] ?? '', [], plan);
  }
});

it('the list of a user’s conversations is one range and a look-up per head', async () => {
  await expectLookUps(MEMBERSHIPS_SQL, [app, 'a'], {
    m: { key: 'PRIMARY', types: ['ref', 'range'] },
    c: { key: 'PRIMARY', types: ['eq_ref'] },
  });
  await expectLookUps(MEMBER_SQL, [app, 'a', direct('a', 'u1')], {
    m: { key: 'PRIMARY', types: ['const'] },
    c: { key: 'PRIMARY', types: ['const'] },
  });
});

it('shown entries are found by primary key', async () => {
  const keys = JSON.stringify(OTHERS.map((other) => [direct('a', other), 5]));
  await expectLookUps(SHOWN_ENTRIES_SQL, [keys, app, app], {
    e: { key: 'PRIMARY', types: ['eq_ref'] },
    g: { key: 'PRIMARY', types: ['eq_ref'] },
  });
});

it('the members of a conversation are read from an index alone', async () => {
  const plan = await expectLookUps(MEMBER_LIST_SQL, [0, app, direct('a', 'u1')], {
    c: { key: 'PRIMARY', types: ['const'] },
    m: { key: 'members_by_conversation', types: ['ref', 'range'] },
  });
  expect(plan.find(({ table }) => table === 'm')?.Extra).toContain('Using index');
});

it('a conversation and how far its members have read are found by keys', async () => {
  const chat = direct('a', 'u1');
  await expectLookUps(SUMMARY_SQL, [app, chat], {
    c: { key: 'PRIMARY', types: ['const'] },
    g: { key: 'PRIMARY', types: ['const'] },
  });
  await expectLookUps(READ_STATES_SQL, [app, chat, 'a', 10], {
    m: { key: 'members_by_conversation', types: ['ref', 'range'] },
  });
});
