import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMENT_SQL } from '../../src/moment/comment-writes.js';
import { APP_POST_SQL, APP_POSTS_SQL } from '../../src/moment/app-post-reads.js';
import {
  APP_COMMENT_SQL,
  APP_COMMENTS_SQL,
  APP_LIKES_SQL,
} from '../../src/moment/app-reaction-reads.js';
import { POST_SQL, POSTS_OF_SQL } from '../../src/moment/post-reads.js';
import { commentsSql, likesSql } from '../../src/moment/reaction-sql.js';
import { app, StoreRig, upsert, user } from '../rig/store-rig.js';

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
  await rig.rows(
    `INSERT INTO likes (app_id, post_id, user_id, created_ms) VALUES ${list(
      (id, n) =>
        `('demo','p-u1','${id}',${n}),('demo','p-u2','${id}',${n}),('demo','q${n}','u1',1)`,
    )}`,
  );
  await rig.rows(
    `INSERT INTO comments (app_id, post_id, comment_id, author_id, reply_to, text, created_ms) VALUES ${list(
      (id, n) =>
        `('demo','p-u1','c${n}','${id}','c1','x',${n}),('demo','p-u2','c${n}','${id}','c1','x',${n})`,
    )}`,
  );
  const tables = 'moment_jobs, users, friends, blocks, posts, timeline_refs, likes, comments';
  await rig.root.query(`ANALYZE TABLE ${tables}`);
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

describe('what is under the posts of a page', () => {
  const posts = ['p-u1', 'p-u2', 'p-u3'];
  const each = <T>(row: (id: string) => T[]): T[] => posts.flatMap(row);
  const viewers = (count: number) => Array.from({ length: count }, () => 'u0');
  const keys = (...names: string[]) => names.map((name) => `${name} PRIMARY eq_ref`);
  const relation = (row: string) => keys(`${row}_own`, `${row}_theirs`, `${row}_b`, `${row}_bb`);

  /** Without the tables in memory that hold what was looked at, and what is shown of it. */
  async function reads(sql: string, values: (string | number)[]): Promise<string[]> {
    const rows = await rig.rows<PlanRow>(`EXPLAIN FORMAT=TRADITIONAL ${sql}`, values);
    const stored = rows.filter(({ table }) => table !== null && !/^<|^[fr]$/.test(table));
    for (const { Extra } of stored) expect(Extra ?? '').not.toMatch(/filesort|temporary|buffer/);
    return stored.map(({ table, key, type }) => `${table} ${key} ${type}`).sort();
  }

  it('is a range of an index for each, and for each like four rows by keys', async () => {
    const found = await reads(likesSql(posts.length), [
      ...each((id) => ['u1', app, id, 0, 0, '']),
      ...viewers(6),
      20,
      ...each((id) => [app, id, 0, 0, '']),
      app,
      ...posts,
      'u0',
    ]);
    const range = expect.stringMatching(/^t likes_by_time (range|ref)$/) as string;
    const own = expect.stringMatching(/^t PRIMARY range$/) as string;
    expect(found).toEqual([...relation('r').sort(), own, ...viewers(6).map(() => range)]);
  });

  it('is the same for comments, and as much for each that is shown', async () => {
    const found = await reads(commentsSql(posts.length), [
      ...viewers(2),
      ...each((id) => ['u1', app, id, 0, 0, '']),
      ...viewers(10),
      10,
      ...each((id) => [app, id, 0, 0, '']),
    ]);
    const range = expect.stringMatching(/^t comments_by_time (range|ref)$/) as string;
    const byKeys = [...relation('r'), ...relation('a'), ...keys('a', 'c', 'p')].sort();
    expect(found).toEqual([...byKeys, ...viewers(6).map(() => range)]);
  });

  it('one comment is a row by its key, with those of its writer', async () => {
    const found = await plan(COMMENT_SQL, [...viewers(4), app, 'p-u1', 'c5']);
    expect(found).toEqual(
      ['c', 'c_own', 'c_theirs', 'c_b', 'c_bb'].map(
        (name) => expect.stringMatching(new RegExp(`^${name} PRIMARY (const|eq_ref)$`)) as string,
      ),
    );
  });
});

describe('what back ends read', () => {
  const range = (table: string, key: string) =>
    expect.stringMatching(new RegExp(`^${table} ${key} (range|ref)$`)) as string;
  const place = [50, 50, 'q50'];

  it('of one post or comment is a row by its key', async () => {
    expect(await plan(APP_POST_SQL, [app, 'p-u7'])).toEqual(['p PRIMARY const']);
    expect(await plan(APP_COMMENT_SQL, [app, 'p-u1', 'c3'])).toEqual(['c PRIMARY const']);
  });

  it.each(['newest', 'oldest'] as const)('of posts, %s first, is one range', async (order) => {
    const more = order === 'newest' ? [...place, 20] : [...place, 60_000, 20];
    const { author, app: whole } = APP_POSTS_SQL[order];
    expect(await plan(author, [app, 'u1', ...more])).toEqual([range('p', 'posts_by_author')]);
    expect(await plan(whole, [app, ...more])).toEqual([range('p', 'posts_by_time')]);
  });

  it.each([
    ['likes', APP_LIKES_SQL, 'l', 'likes_by_time', place],
    ['comments', APP_COMMENTS_SQL, 'c', 'PRIMARY', ['c50']],
  ])('of %s is one range for each post', async (_, sql, table, key, after) => {
    const values = [app, 'p-u1', ...after, 100];
    expect(await plan(sql, values)).toEqual([range(table, key)]);
    const rows = await rig.rows<PlanRow>(`EXPLAIN FORMAT=TRADITIONAL (${sql}) UNION ALL (${sql})`, [
      ...values,
      ...values,
    ]);
    const named = rows.filter(({ table: name }) => name === table);
    expect(named.map((row) => `${row.table} ${row.key} ${row.type}`)).toEqual([
      range(table, key),
      range(table, key),
    ]);
    for (const { Extra } of named) expect(Extra ?? '').not.toMatch(/filesort|temporary/);
  });
});
