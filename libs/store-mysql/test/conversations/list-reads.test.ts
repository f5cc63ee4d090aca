import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { membershipsOfSql, rangesSql } from '../../src/conversation/catch-up.js';
import { MEMBERSHIPS_SQL, SHOWN_ENTRIES_SQL } from '../../src/conversation/conversation-reads.js';
import {
  CATCH_UP_MAX_ENTRIES,
  CATCH_UP_MAX_ENTRIES_EACH,
  PULL_MAX_BYTES,
  type Database,
} from '../../src/index.js';
import { ACKED_MEMBERS_SQL, STATES_BY_KEYS_SQL } from '../../src/member/ack-delivered.js';
import { READERS_COUNT_SQL, readersPageSql } from '../../src/member/readers.js';
import { allow, app, direct, message, StoreRig, user } from '../rig/store-rig.js';
import { statementsOf } from '../rig/statements-of.js';

const CONVERSATIONS = 1_000;
const OTHERS = Array.from({ length: CONVERSATIONS }, (_, index) => `o${index}`);
const ids = OTHERS.map((other) => direct('me', other));
const PAGE = 100;
const me = user('me');

let rig: StoreRig;
let database: Database;

/** One more message in every conversation. */
async function round(): Promise<void> {
  for (let start = 0; start < CONVERSATIONS; start += 500) {
    const part = OTHERS.slice(start, start + 500);
    const items = part.map((other) => message(direct('me', other), other));
    await database.append.commitBatch(items, allow);
  }
}

beforeAll(async () => {
  rig = await StoreRig.start();
  database = rig.open();
  const heads = ids.map((conversationId) => ({ appId: app, conversationId }));
  await database.conversations.ensureDirect(heads);
  await round();
  await rig.root.query('ANALYZE TABLE conversations, members, entries');
});
afterAll(() => rig.stop());

/** Rows that the server touches for a statement, whatever it answers. */
async function rowsTouched(sql: string, values: (string | number)[]): Promise<number> {
  await rig.root.query('FLUSH STATUS');
  await rig.root.query(sql, values);
  const rows = await rig.rows<{ Variable_name: string; Value: string }>(
    "SHOW SESSION STATUS LIKE 'Handler_read%'",
  );
  return rows
    .filter(({ Variable_name: name }) => !name.endsWith('_deleted'))
    .reduce((sum, { Value }) => sum + Number(Value), 0);
}

const shownKeys = (seq: number): (string | number)[] => [
  JSON.stringify(ids.slice(0, PAGE).map((id) => [id, seq])),
  app,
  app,
];

describe('the first page of a user with 1,000 conversations', () => {
  it('is two statements', async () => {
    const statements = await statementsOf(async () => {
      const all = await database.conversations.memberships(app, me);
      expect(all).toHaveLength(CONVERSATIONS);
      const wanted = all.slice(0, PAGE).map(({ member, shownSeq }) => {
        return { conversationId: member.conversationId, seq: shownSeq };
      });
      expect(await database.conversations.shownEntries(app, wanted)).toHaveLength(PAGE);
    });
    expect(statements).toEqual(['memberships', 'shown entries']);
  });

  it('touches as many rows whatever the number of messages', async () => {
    const before = [
      await rowsTouched(MEMBERSHIPS_SQL, [app, 'me']),
      await rowsTouched(SHOWN_ENTRIES_SQL, shownKeys(1)),
    ];
    for (let n = 0; n < 10; n += 1) await round();
    expect([
      await rowsTouched(MEMBERSHIPS_SQL, [app, 'me']),
      await rowsTouched(SHOWN_ENTRIES_SQL, shownKeys(11)),
    ]).toEqual(before);
    // A row of the member and one of the head for each; an entry and no group for each of the page.
    expect(before[0]).toBeLessThanOrEqual(2 * CONVERSATIONS + 2);
    expect(before[1]).toBeLessThanOrEqual(6 * PAGE);
  });
});

it.each<[string, string, (string | number)[], Record<string, [string, string[]]>]>([
  [
    'memberships',
    MEMBERSHIPS_SQL,
    [app, 'me'],
    { m: ['PRIMARY', ['ref', 'range']], c: ['PRIMARY', ['eq_ref']] },
  ],
  [
    'shown entries',
    SHOWN_ENTRIES_SQL,
    shownKeys(1),
    { e: ['PRIMARY', ['eq_ref']], g: ['PRIMARY', ['eq_ref']] },
  ],
  [
    'members to catch up',
    membershipsOfSql(3),
    [app, 'me', ...ids.slice(0, 3)],
    { m: ['PRIMARY', ['range']], c: ['PRIMARY', ['eq_ref']] },
  ],
  [
    'entries to catch up',
    rangesSql(2),
    [app, ...ids.slice(0, 2).flatMap((id) => [id, 3, 5])],
    { e: ['PRIMARY', ['range']] },
  ],
  [
    'acked members',
    ACKED_MEMBERS_SQL,
    [JSON.stringify(ids.map((id) => [app, 'me', id]))],
    { m: ['PRIMARY', ['eq_ref']], c: ['PRIMARY', ['eq_ref']] },
  ],
  [
    'states by keys',
    STATES_BY_KEYS_SQL,
    [JSON.stringify(ids.map((id) => [app, 'me', id]))],
    { m: ['PRIMARY', ['eq_ref']], c: ['PRIMARY', ['eq_ref']] },
  ],
  [
    'readers counted',
    READERS_COUNT_SQL,
    [1, app, ids[0] ?? '', 1, 1, 'me'],
    { m: ['members_by_conversation', ['range', 'ref', 'ref_or_null']] },
  ],
  [
    'readers',
    readersPageSql(false),
    [app, ids[0] ?? '', 1, 1, 'me', '', 1, 10],
    { m: ['members_by_conversation', ['range', 'ref', 'ref_or_null']] },
  ],
])('%s are read by keys', async (_name, sql, values, expected) => {
  const plan = await rig.rows<{ table: string; type: string; key: string | null; Extra: string }>(
    `EXPLAIN FORMAT=TRADITIONAL ${sql}`,
    values,
  );
  const tables = plan.filter(({ table }) => table in expected);
  expect(tables.map(({ table }) => table).sort()).toEqual(Object.keys(expected).sort());
  for (const { table, type, key, Extra } of tables) {
    expect(expected[table]?.[0]).toBe(key);
    expect(expected[table]?.[1]).toContain(type);
    expect(Extra ?? '').not.toMatch(/join buffer/);
  }
});

describe('catching up', () => {
  const catchUp = (wanted: { conversationId: (typeof ids)[number]; fromSeq: number }[]) =>
    database.conversations.catchUp(app, me, wanted);

  it('answers many conversations with three statements, and tells strangers apart', async () => {
    const wanted = ids.slice(0, 40).map((conversationId) => ({ conversationId, fromSeq: 10 }));
    const strange = { conversationId: direct('x', 'y'), fromSeq: 1 };
    let results: Awaited<ReturnType<typeof catchUp>> = [];
    const statements = await statementsOf(async () => {
      results = await catchUp([...wanted, strange]);
    });
    expect(statements).toEqual([
      'members to catch up',
      'entries to catch up',
      'members to catch up',
    ]);
    expect(results).toHaveLength(41);
    expect(results.at(-1)).toEqual({ conversationId: direct('x', 'y'), result: null });
    for (const { result } of results.slice(0, -1)) {
      expect(result?.entries.map(({ seq }) => seq)).toEqual([10, 11]);
      expect(result).toMatchObject({ lastSeq: 11, hasMore: false, notVisible: [] });
    }
    const done = await catchUp([{ conversationId: ids[0] ?? direct('a', 'b'), fromSeq: 12 }]);
    expect(done).toMatchObject([{ result: { entries: [], hasMore: false, lastSeq: 11 } }]);
  });

  it('ends where a walk of pulls ends, in bounded answers', async () => {
    const [big, large, cleared] = [ids[1], ids[2], ids[3]];
    if (!big || !large || !cleared) throw new Error('too few');
    const items = Array.from({ length: 450 }, () => message(big, 'o1'));
    await database.append.commitBatch(items, allow);
    const content = Buffer.alloc(PULL_MAX_BYTES - 10);
    const heavy = [1, 2, 3].map(() => message(large, 'o2', { content }));
    await database.append.commitBatch(heavy, allow);
    const write = { owner: 'l', dispatchDelayMs: 1_000 };
    const mine = { appId: app, userId: me };
    await database.members.clearHistory({
      ...mine,
      conversationId: cleared,
      throughSeq: 0,
      ...write,
    });
    await database.members.deleteForMe({ ...mine, conversationId: big, seqs: [5, 6], ...write });
    const left = new Map(ids.slice(0, 60).map((id) => [id, 1]));
    const seen = new Map<string, number[]>();
    let calls = 0;
    while (left.size > 0) {
      expect((calls += 1)).toBeLessThan(40);
      const results = await catchUp(
        [...left].map(([conversationId, fromSeq]) => ({ conversationId, fromSeq })),
      );
      let entries = 0;
      for (const { conversationId, result } of results) {
        if (result === null) throw new Error('no member');
        expect(result.entries.length).toBeLessThanOrEqual(CATCH_UP_MAX_ENTRIES_EACH);
        entries += result.entries.length;
        const seqs = result.entries.map(({ seq }) => seq);
        seen.set(conversationId, [...(seen.get(conversationId) ?? []), ...seqs]);
        const last = Math.max(0, ...seqs, ...result.notVisible.map(({ toSeq }) => toSeq));
        if (result.hasMore)
          left.set(conversationId, Math.max(last + 1, left.get(conversationId) ?? 1));
        else left.delete(conversationId);
      }
      expect(entries).toBeGreaterThan(0);
      expect(entries).toBeLessThanOrEqual(CATCH_UP_MAX_ENTRIES);
    }
    const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
    expect(seen.get(big)).toEqual(upTo(461).filter((seq) => seq !== 5 && seq !== 6));
    expect(seen.get(large)).toEqual(upTo(14));
    expect(seen.get(cleared)).toEqual([]);
    expect(seen.get(ids[59] ?? '')).toEqual(upTo(11));
  });
});
