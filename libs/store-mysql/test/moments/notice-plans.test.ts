import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  NOTICES_SQL,
  UNREAD_COUNT_SQL,
  UNREAD_NOTICES_SQL,
} from '../../src/moment/notice-reads.js';
import { INVOLVED_SQL } from '../../src/moment/notify-users.js';
import { app, StoreRig, upsert, user } from '../rig/store-rig.js';

let rig: StoreRig;
const USERS = 300;
const AUDIENCE = `{"kind":"friends","userIds":[],"tags":[]}`;

beforeAll(async () => {
  rig = await StoreRig.start();
  const ids = Array.from({ length: USERS }, (_, n) => `u${n}`);
  await upsert(rig.open(), ...ids.map((id) => ({ userId: user(id) })));
  const list = (row: (id: string, n: number) => string) => ids.slice(1).map(row).join(',');
  await rig.rows(
    `INSERT INTO friends (app_id, user_id, friend_id, active, tags, created_ms, feed_seq) VALUES ${list(
      (id, n) => `('demo','u0','${id}',1,'[]',1,${n}),('demo','${id}','u0',1,'[]',1,${n})`,
    )}`,
  );
  await rig.rows(`INSERT INTO blocks VALUES ${list((id) => `('demo','u0','${id}',1)`)}`);
  await rig.rows(
    `INSERT INTO posts (app_id, post_id, author_id, content, audience, created_ms) VALUES ${list(
      (id, n) => `('demo','p-${id}','${id}','','${AUDIENCE}',${n})`,
    )}`,
  );
  await rig.rows(
    `INSERT INTO likes VALUES ${list((id, n) => `('demo','p-u1','${id}',${n}),('demo','p-${id}','u0',${n})`)}`,
  );
  await rig.rows(
    `INSERT INTO comments (app_id, post_id, comment_id, author_id, reply_to, text, created_ms) VALUES ${list(
      (id, n) =>
        `('demo','p-u1','c-${id}','${id}','c-u${n}','x',${n}),('demo','p-${id}','d-${id}','u0','','x',${n})`,
    )}`,
  );
  await rig.rows(
    `INSERT INTO moment_notices VALUES ${list(
      (id, n) =>
        `('demo','u0',${n + 1},'reply','p-u1','${id}','c-${id}',${n}),('demo','${id}',${n + 1},'like','p-u1','u0','',${n})`,
    )}`,
  );
  await rig.rows(
    `INSERT INTO moment_notice_marks VALUES ${list((id, n) => `('demo','${id}',${n})`)}`,
  );
  await rig.rows("INSERT INTO moment_notice_marks VALUES ('demo', 'u0', 280)");
  await rig.root.query(
    'ANALYZE TABLE users, friends, blocks, posts, likes, comments, moment_notices, moment_notice_marks',
  );
});
afterAll(() => rig.stop());

interface PlanRow {
  table: string | null;
  type: string;
  key: string | null;
  rows: number;
  Extra: string | null;
}

async function plan(sql: string, values: readonly (string | number)[]): Promise<PlanRow[]> {
  const rows = await rig.rows<PlanRow>(`EXPLAIN FORMAT=TRADITIONAL ${sql}`, [...values]);
  for (const { Extra } of rows) expect(Extra ?? '').not.toMatch(/filesort|temporary|join buffer/);
  return rows;
}

const KEY = [app, 'u0'];
/** What is read of a notice besides itself: at most one row of each. */
const RELATED = [
  'p',
  'a',
  'theirs',
  'own',
  'b',
  'bb',
  'n_own',
  'n_theirs',
  'n_b',
  'n_bb',
  'l',
  'c',
];
const ANSWERED = ['rc', 'rc_own', 'rc_theirs', 'rc_b', 'rc_bb'];

it.each([
  ['a page', NOTICES_SQL, [...KEY, ...KEY, 100, 50], ANSWERED],
  ['a page of unread ones', UNREAD_NOTICES_SQL, [...KEY, ...KEY, 300, ...KEY, 50], ANSWERED],
  ['the count', UNREAD_COUNT_SQL, [...KEY, ...KEY, 1_000], []],
])('%s of notices is one range of their key, and of each the rest by keys', async (...of) => {
  const [, sql, values, more] = of;
  const rows = await plan(sql, values);
  const [n, ...rest] = rows.filter(({ table }) => table !== 'm' && table !== null);
  expect(n).toMatchObject({ table: 'n', key: 'PRIMARY', type: 'range' });
  expect(rest.map(({ table }) => table)).toEqual([...RELATED, ...more]);
  for (const { key, type } of rest) {
    expect(key).toBe('PRIMARY');
    expect(type).toMatch(/^(const|eq_ref)$/);
  }
});

it('unread notices are read from the mark on, not from the first one', async () => {
  await rig.root.query('FLUSH STATUS');
  const [found] = await rig.root.query(UNREAD_COUNT_SQL, [...KEY, ...KEY, 1_000]);
  expect(found).toHaveLength(USERS - 281);
  const touched = await rig.rows<{ Value: string }>("SHOW SESSION STATUS LIKE 'Handler_read%'");
  const sum = touched.reduce((total, { Value }) => total + Number(Value), 0);
  expect(sum).toBeLessThan((USERS - 281) * (RELATED.length + 1) + 10);
});

it('whom a deed concerns is found among the actor’s friends, by a look at each', async () => {
  const rows = await plan(INVOLVED_SQL, ['p-u1', 9, ...KEY, 'u100', 'p-u1', 9, 101]);
  const found = rows.map(({ table, key, type }) => `${table} ${key} ${type}`);
  expect(found.sort()).toEqual([
    expect.stringMatching(/^c comments_by_author (ref|eq_ref)$/),
    'f PRIMARY range',
    'l PRIMARY eq_ref',
  ]);
});
