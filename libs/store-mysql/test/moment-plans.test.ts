import { afterAll, beforeAll, expect, it } from 'vitest';
import { POST_SQL, POSTS_OF_SQL } from '../src/moment/post-reads.js';
import { ARRIVALS_SQL, TIMELINE_SQL } from '../src/moment/timeline-reads.js';
import { app, StoreRig, upsert, user } from './store-rig.js';

let rig: StoreRig;
const USERS = 200;
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
      (id, n) =>
        `('demo','p-${id}','${id}','','${AUDIENCE}',${n}),('demo','q${n}','u1','','${AUDIENCE}',${n})`,
    )}`,
  );
  await rig.rows(
    `INSERT INTO moment_jobs (job_id, app_id, kind, author_id, owner, due_ms) VALUES ${list(
      (id, n) => `('${id}','demo','fan-out','${id}','logic-1',${n})`,
    )}`,
  );
  await rig.rows(
    `INSERT INTO timeline_refs (app_id, user_id, created_ms, post_id, arrived_ms) VALUES ${list(
      (id, n) => `('demo','u0',${n},'p-${id}',${n}),('demo','${id}',${n},'p-${id}',${n})`,
    )}`,
  );
  await rig.root.query('ANALYZE TABLE moment_jobs, users, friends, blocks, posts, timeline_refs');
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
  for (const { Extra } of rows) expect(Extra ?? '').not.toMatch(/filesort|temporary|join buffer/);
  return rows.map(({ table, key, type }) => `${table} ${key} ${type}`);
}

const viewer = ['u0', 'u0', 'u0', 'u0'];
/** Each at most one row for each post. */
const RELATION = ['a', 'theirs', 'own', 'b', 'bb'].map(
  (table) => expect.stringMatching(new RegExp(`^${table} PRIMARY (const|eq_ref)$`)) as string,
);

it('one post and what is to be known of its author are rows by keys', async () => {
  const found = await plan(POST_SQL, [...viewer, app, 'p-u7']);
  expect(found).toEqual(['p PRIMARY const', ...RELATION]);
});

it('posts of one user are one range of their index, and of each the rest by keys', async () => {
  const found = await plan(POSTS_OF_SQL, [...viewer, app, 'u1', 50, 50, 'q50', 20]);
  expect(found).toEqual([
    expect.stringMatching(/^p posts_by_author (range|ref)$/) as string,
    ...RELATION,
  ]);
});

it.each([
  ['a page', TIMELINE_SQL, 'PRIMARY'],
  ['what came', ARRIVALS_SQL, 'timeline_refs_by_arrival'],
])('%s of a timeline is one range of its index, and of each the rest by keys', async (...of) => {
  const [, sql, key] = of;
  const found = await plan(sql, [...viewer, app, 'u0', 50, 50, 'p-u50', 20]);
  const range = expect.stringMatching(new RegExp(`^r ${key} (range|ref)$`)) as string;
  expect(found).toEqual([range, 'p PRIMARY eq_ref', ...RELATION]);
});

it('jobs that are due are one range of their index', async () => {
  const due =
    'SELECT job_id FROM moment_jobs FORCE INDEX (moment_jobs_by_due) WHERE due_ms <= 5 ORDER BY due_ms LIMIT 4 FOR UPDATE SKIP LOCKED';
  expect(await plan(due, [])).toEqual(['moment_jobs moment_jobs_by_due range']);
});
