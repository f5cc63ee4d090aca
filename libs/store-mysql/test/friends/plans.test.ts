import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  FIND_BY_HANDLE_SQL,
  FIND_BY_ID_SQL,
  FIRST_BY_NAME_SQL,
  NEXT_BY_NAME_SQL,
} from '../../src/account/search-users.js';
import {
  BLOCKS_SQL,
  CHANGED_FRIENDS_SQL,
  FRIENDS_SQL,
  SEARCH_FRIENDS_SQL,
} from '../../src/friend/friend-lists.js';
import { REQUESTS_SQL } from '../../src/friend/friend-requests.js';
import { RELATIONS_SQL } from '../../src/friend/relations.js';
import { app, StoreRig, upsert, user } from '../rig/store-rig.js';

let rig: StoreRig;

beforeAll(async () => {
  rig = await StoreRig.start();
  const db = rig.open();
  const ids = Array.from({ length: 300 }, (_, n) => `u${n}`);
  await upsert(
    db,
    ...ids.map((id, n) => ({ userId: user(id), nickname: `Name ${n}`, handle: `h-${id}` })),
  );
  const rows = ids.slice(1);
  const list = (row: (id: string, n: number) => string) => rows.map(row).join(',');
  await rig.rows(
    `INSERT INTO friends (app_id, user_id, friend_id, active, tags, created_ms, feed_seq) VALUES ${list(
      (id, n) => `('demo','u0','${id}',${n % 2},'[]',1,${n})`,
    )}, ${list((id, n) => `('demo','${id}','u0',1,'[]',1,${n})`)}`,
  );
  await rig.rows(
    `INSERT INTO friend_requests (app_id, user_id, direction, peer_id, state, created_ms, updated_ms, expires_ms) VALUES ${list(
      (id, n) => `('demo','u0','in','${id}','pending',1,${n},${n})`,
    )}`,
  );
  await rig.rows(`INSERT INTO blocks VALUES ${list((id) => `('demo','u0','${id}',1)`)}`);
  await rig.root.query('ANALYZE TABLE users, friends, friend_requests, blocks');
});
afterAll(() => rig.stop());

interface PlanRow {
  table: string;
  type: string;
  key: string | null;
  Extra: string | null;
}

/** One table, its key and how it is read; nothing is sorted, and nothing written aside. */
async function plan(sql: string, values: (string | number)[]): Promise<string[]> {
  const rows = await rig.rows<PlanRow>(`EXPLAIN FORMAT=TRADITIONAL ${sql}`, values);
  const tables = rows.filter(({ table }) => table !== 'k');
  for (const { Extra } of tables) expect(Extra ?? '').not.toMatch(/filesort|temporary|join buffer/);
  return tables.map(({ table, key, type }) => `${table} ${key} ${type}`);
}

const RANGE = expect.stringMatching(/ (ref|range)$/) as string;

it('a list of friends, of changes, of requests and of blocks is one range of its index', async () => {
  const own = [app, 'u0'];
  const lists: [string, (string | number)[], string][] = [
    [FRIENDS_SQL, [...own, 'u1', 10], 'f friends_by_state'],
    [CHANGED_FRIENDS_SQL, [...own, 5, 10], 'f friends_by_feed'],
    [REQUESTS_SQL, [...own, 'in', 50, 50, 'u9', 10], 'r friend_requests_by_update'],
    [BLOCKS_SQL, [...own, 'u1', 10], 'b PRIMARY'],
  ];
  for (const [sql, values, index] of lists) {
    const found = await plan(sql, values);
    expect(found).toEqual([RANGE]);
    expect(found[0]).toContain(index);
  }
});

it('a search for users is one range of names, or one row by its key', async () => {
  const blocked = 'b PRIMARY eq_ref';
  const first = await plan(FIRST_BY_NAME_SQL, ['u1', app, 'name 1%', 10]);
  const next = ['u1', app, 'name 1%', 'name 11', 'name 11', 'u11', 10];
  expect(first).toEqual(['u users_by_name range', blocked]);
  expect(await plan(NEXT_BY_NAME_SQL, next)).toEqual(['u users_by_name range', blocked]);
  expect((await plan(FIND_BY_ID_SQL, ['u1', app, 'u2']))[0]).toBe('u PRIMARY const');
  expect((await plan(FIND_BY_HANDLE_SQL, ['u1', app, 'h-u2']))[0]).toBe('u users_by_handle const');
});

it('a search among friends reads those of one user, and each profile by its key', async () => {
  const found = await plan(SEARCH_FRIENDS_SQL, [app, 'u0', '%1%', '%1%', 'u1%', 10]);
  expect(found[0]).toMatch(/^f friends_by_state (ref|range)$/);
  expect(found[1]).toBe('u PRIMARY eq_ref');
});

it('relations are read by keys alone', async () => {
  const keys = JSON.stringify(['u1', 'u2', 'u3']);
  expect(await plan(RELATIONS_SQL, [keys, app, 'u0', 'u0', 'u0'])).toEqual([
    'u PRIMARY eq_ref',
    'f PRIMARY eq_ref',
    'own PRIMARY eq_ref',
    'theirs PRIMARY eq_ref',
  ]);
});

it('counts come from indices alone', async () => {
  const counts = [
    'SELECT COUNT(*) FROM friends WHERE app_id = ? AND user_id = ? AND active = 1',
    'SELECT COUNT(*) FROM blocks WHERE app_id = ? AND user_id = ?',
    "SELECT 1 FROM friend_requests FORCE INDEX (friend_requests_by_state) WHERE app_id = ? AND user_id = ? AND direction = 'in' " +
      "AND state = 'pending' AND is_read = 0 AND expires_ms > 20 LIMIT 1000",
  ];
  for (const sql of counts) {
    const [row] = await rig.rows<PlanRow>(`EXPLAIN FORMAT=TRADITIONAL ${sql}`, [app, 'u0']);
    expect(row?.type).toMatch(/^(ref|range)$/);
    expect(row?.Extra).toContain('Using index');
  }
});

it('what two users are to each other is read by keys', async () => {
  for (const [table, column] of [
    ['friends', 'friend_id'],
    ['friend_requests', 'peer_id'],
    ['blocks', 'blocked_id'],
  ]) {
    const directions = table === 'friend_requests' ? "AND direction IN ('in', 'out')" : '';
    const sql = `SELECT * FROM ${table} WHERE app_id = ? ${directions} AND ((user_id = ? AND ${column} = ?) OR (user_id = ? AND ${column} = ?))`;
    expect(await plan(sql, [app, 'u0', 'u7', 'u7', 'u0'])).toEqual([`${table} PRIMARY range`]);
  }
});
