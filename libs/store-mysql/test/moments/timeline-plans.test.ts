import { parseAppId, type UserId } from '@queqiao/domain';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MysqlTimelineReads } from '../../src/moment/timeline-reads.js';
import type { StoreContext } from '../../src/store-context.js';
import { app, StoreRig, upsert, user } from '../rig/store-rig.js';

const appId = parseAppId(app);
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
    `INSERT INTO posts (app_id, post_id, author_id, content, audience, created_ms, spread) VALUES ${list(
      (id, n) =>
        `('demo','p-${id}','${id}','','${AUDIENCE}',${n},1),('demo','q${n}','u1','','${AUDIENCE}',${n},1)`,
    )}`,
  );
  await rig.rows(
    `INSERT INTO timeline_refs (app_id, user_id, created_ms, post_id, arrived_ms) VALUES ${list(
      (id, n) => `('demo','u0',${n},'p-${id}',${n}),('demo','w0',${n},'p-${id}',${n})`,
    )}`,
  );
  await rig.rows(`INSERT INTO timeline_sources VALUES ${list((id) => `('demo','u0','${id}',90)`)}`);
  await rig.root.query(
    'ANALYZE TABLE timeline_sources, users, friends, blocks, posts, timeline_refs',
  );
});
afterAll(() => rig.stop());

interface PlanRow {
  table: string;
  type: string;
  key: string | null;
  Extra: string | null;
}

/** One table, its key and how it is read; nothing is sorted, and nothing written aside, but the few places of merged lists. */
async function plan(sql: string, values: (string | number)[]): Promise<string[]> {
  const rows = await rig.rows<PlanRow>(`EXPLAIN FORMAT=TRADITIONAL ${sql}`, values);
  for (const { table, Extra } of rows) {
    if (table.startsWith('<')) continue;
    expect(Extra ?? '').not.toMatch(/filesort|temporary|join buffer/);
  }
  return rows.map(({ table, key, type }) => `${table} ${key} ${type}`);
}

/** What a read of a timeline sends, in the order in which it is sent: the plans, and the rows that the server reads for them. */
async function watch(
  read: (reads: MysqlTimelineReads) => Promise<unknown>,
): Promise<{ plans: string[][]; rows: number }> {
  const sent: { sql: string; values: (string | number)[] }[] = [];
  const query = ({ sql, values }: (typeof sent)[number]) => {
    sent.push({ sql, values });
    return rig.rows(sql, values);
  };
  const pool = { acquire: () => Promise.resolve({ query }), release: () => undefined };
  await rig.root.query('FLUSH STATUS');
  await read(new MysqlTimelineReads({ pool: pool as unknown as StoreContext['pool'] }));
  // The keys and the entries of indices after and before them; what is written aside in memory is read by other means.
  const status = await rig.rows<{ Value: string }>(
    `SHOW SESSION STATUS WHERE Variable_name IN ('Handler_read_key', 'Handler_read_next', 'Handler_read_prev')`,
  );
  const plans: string[][] = [];
  for (const { sql, values } of sent) plans.push(await plan(sql, values));
  return { plans, rows: status.reduce((sum, { Value }) => sum + Number(Value), 0) };
}

const LIMIT = 20;
/** The place of a list and its post, and of its author at most one row each. */
const ROWS_OF_POST = 7;
const match = (pattern: RegExp) => expect.stringMatching(pattern) as string;
const times = <T>(count: number, of: T): T[] => Array.from({ length: count }, () => of);

const SOURCES = ['timeline_sources PRIMARY ref'];
const POSTS = [
  'p PRIMARY range',
  ...['a', 'theirs', 'own', 'b', 'bb'].map((table) =>
    match(new RegExp(`^${table} PRIMARY (const|eq_ref)$`)),
  ),
];
const OF_SOURCE = match(/^p posts_by_spread (range|ref)$/);
const MERGED = match(/^<union[\d,.]+> null ALL$/);
const OLD = match(/^<derived\d+> null ALL$/);

/** MySQL names what is derived after what it is derived from, MariaDB before. */
function inOrder(rows: readonly string[] = []): string[] {
  const rank = (row: string) =>
    row.startsWith('r ') ? 0 : row.startsWith('<derived') ? 2 : row.startsWith('<union') ? 3 : 1;
  return [...rows].sort((one, two) => rank(one) - rank(two));
}

/** Of a user with references alone, and of one with sources besides. */
const ALONE = user('w0');
const MIXED = user('u0');
const page = (of: UserId) => (reads: MysqlTimelineReads) =>
  reads.page(appId, of, { before: { createdMs: 150, postId: 'p-u150' }, limit: LIMIT });
const arrivals = (of: UserId, arrivedMs: number) => (reads: MysqlTimelineReads) =>
  reads.arrivals(appId, of, { after: { arrivedMs, postId: '' }, limit: LIMIT });

it.each([
  ['a page', 'PRIMARY', page(ALONE)],
  ['what came', 'timeline_refs_by_arrival', arrivals(ALONE, 40)],
] as const)('%s of references is one range of an index, and rows by keys', async (_, key, read) => {
  const { plans, rows } = await watch(read);
  expect(plans).toEqual([SOURCES, [match(new RegExp(`^r ${key} (range|ref)$`))], POSTS]);
  expect(rows).toBeLessThanOrEqual(2 + LIMIT * ROWS_OF_POST);
});

it('a page with sources is one range for each of them besides, in statements of a hundred', async () => {
  const { plans, rows } = await watch(page(MIXED));
  const refs = match(/^r PRIMARY (range|ref)$/);
  expect(plans).toEqual([
    SOURCES,
    [refs, ...times(100, OF_SOURCE), MERGED],
    [...times(99, OF_SOURCE), MERGED],
    POSTS,
  ]);
  expect(rows).toBeLessThanOrEqual(2 + LIMIT * ROWS_OF_POST + 199 * (LIMIT + 2));
});

it('what came of sources is the same, with what each had when it came where that is asked for', async () => {
  const refs = match(/^r timeline_refs_by_arrival (range|ref)$/);
  const since = await watch(arrivals(MIXED, 91));
  expect(since.plans).toEqual([
    SOURCES,
    [refs, ...times(100, OF_SOURCE), MERGED],
    [...times(99, OF_SOURCE), MERGED],
    POSTS,
  ]);
  const before = await watch(arrivals(MIXED, 40));
  expect(before.plans.map(inOrder)).toEqual([
    SOURCES,
    [refs, ...times(200, OF_SOURCE), ...times(100, OLD), MERGED],
    [...times(198, OF_SOURCE), ...times(99, OLD), MERGED],
    POSTS,
  ]);
});
