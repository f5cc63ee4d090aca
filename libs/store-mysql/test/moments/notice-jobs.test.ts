import { selfConversationId } from '@queqiao/domain';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { NOTIFY_MAX_USERS, type Database, type NotifyJob } from '../../src/index.js';
import { HeldLock } from '../rig/held-lock.js';
import { NoticeRig, told } from './notice-rig.js';
import { anyTurn, app, StoreRig, unasked, user } from '../rig/store-rig.js';

const OTHERS = 2 * NOTIFY_MAX_USERS + 50;

let stores: StoreRig;
let db: Database;
let rig: NoticeRig;
let lock: HeldLock;
let round = 0;
let ann = '';
let bob = '';
let postId = '';
let others: string[];

beforeAll(async () => {
  stores = await StoreRig.start();
  db = stores.open();
  rig = new NoticeRig(stores, db);
  lock = await HeldLock.open(stores);
});
afterAll(async () => {
  lock.close();
  await stores.stop();
});
/** Bob and the others are friends of ann's, and of one another's as far as it is about bob; all like a post of hers. */
beforeEach(async () => {
  await stores.root.query('DELETE FROM moment_jobs');
  round += 1;
  ann = await rig.user('ann');
  bob = await rig.user('bob');
  others = Array.from({ length: OTHERS }, (_, n) => `o${String(n).padStart(4, '0')}-${round}`);
  const pairs = [
    [ann, bob],
    ...others.flatMap((id) => [
      [ann, id],
      [bob, id],
    ]),
  ];
  const rows = pairs
    .flatMap(([a, b]) => [
      [a, b],
      [b, a],
    ])
    .map(([a, b]) => `('demo','${a}','${b}',1,'[]',1,1)`);
  const columns = 'app_id, user_id, friend_id, active, tags, created_ms, feed_seq';
  await stores.rows(`INSERT INTO friends (${columns}) VALUES ${rows.join(',')}`);
  postId = await rig.post(ann);
  await rig.like(postId, bob, ...others);
});

/** Whom the notice of bob's like has come to, and what their feeds tell of it. */
async function toldOf(): Promise<{ notices: string[]; entries: string[] }> {
  const notices = await stores.rows<{ user_id: string; seq: number }>(
    'SELECT user_id, seq FROM moment_notices WHERE post_id = ? ORDER BY user_id',
    [postId],
  );
  const entries = await stores.rows<{ id: string; seq: number }>(
    `SELECT SUBSTR(conversation_id, 3) AS id, seq FROM entries
     WHERE kind = 'momentNoticed' AND content LIKE ? ORDER BY id`,
    [`%"${postId}"%`],
  );
  return {
    notices: notices.map((row) => `${row.user_id} ${row.seq}`),
    entries: entries.map((row) => `${row.id} ${row.seq}`),
  };
}
const everybody = () => [ann, ...others].sort().map((id) => `${id} 1`);
const count = async () => (await toldOf()).notices.length;

it('tells a step of users at a time, each once', async () => {
  const job = await rig.order('like', postId, bob);
  const steps: number[] = [];
  for (let done = false; !done && steps.length < 9;) {
    done = await rig.step(job);
    steps.push(await count());
  }
  expect(steps).toEqual([NOTIFY_MAX_USERS, 2 * NOTIFY_MAX_USERS, OTHERS + 1]);
  expect(await toldOf()).toEqual({ notices: everybody(), entries: everybody() });
  expect(await rig.step(job)).toBe(true);
  expect(await db.momentJobs.backlog()).toEqual({ rows: 0, oldestDueMs: 0 });
});

it('ends with the last step, also one that is just full', async () => {
  const gone = others.slice(NOTIFY_MAX_USERS - 1);
  await stores.root.query('DELETE FROM likes WHERE user_id IN (?)', [gone]);
  expect(await rig.step(await rig.order('like', postId, bob))).toBe(true);
  expect(await count()).toBe(NOTIFY_MAX_USERS);
});

it('goes on where it was, whoever died in the middle of a step', async () => {
  const job = await rig.order('like', postId, bob);
  await rig.step(job);
  const held = others.at(-1) ?? '';
  const feed = selfConversationId(user(held));
  await db.conversations.ensureDirect([{ appId: app, conversationId: feed }]);
  const columns = '(app_id, user_id, seq, kind, post_id, actor_id, created_ms)';
  const inTheWay = `INSERT INTO moment_notices ${columns} VALUES (?, ?, 1, 'like', 'x', 'x', 1)`;
  await rig.step(job);
  // The connection dies with the notices of the last step half written: they are undone, and written again.
  const finished = lock.during(
    [inTheWay, app, held],
    () => rig.step(job),
    async ({ thread }) => {
      expect(await count()).toBe(2 * NOTIFY_MAX_USERS);
      await stores.root.query(`KILL ${thread}`);
    },
  );
  expect(await finished).toBe(true);
  expect(await toldOf()).toEqual({ notices: everybody(), entries: everybody() });
});

it('is taken over, and the node that was given up for dead goes on at the same moment', async () => {
  await rig.order('like', postId, bob);
  const claim = async (owner: string) =>
    (await db.momentJobs.claimDue({ owner, limit: 9, turn: anyTurn })).filter(
      (job) => job.kind === 'notify',
    );
  const [dead] = await claim('logic-1');
  if (dead === undefined) throw new Error('nothing to claim');
  expect(dead).toMatchObject({ deed: 'like', actorId: bob, authorId: ann, postId, commentId: '' });
  await rig.step(dead);
  expect(await claim('logic-2')).toEqual([]);
  await stores.rows('UPDATE moment_jobs SET due_ms = 0');
  const [taken] = await claim('logic-2');
  expect(taken).toEqual({ ...dead, attempts: 1 });
  const other = stores.open();
  const finish = async (job: NotifyJob, by: Database) => {
    while (!(await rig.step(job, by))) continue;
  };
  await Promise.all([finish(dead, db), finish(taken ?? dead, other)]);
  expect(await toldOf()).toEqual({ notices: everybody(), entries: everybody() });
});

it('is pushed step by step, as it is committed', async () => {
  const job = await rig.order('like', postId, bob);
  const { answer, commit } = await db.notices.notify(job, unasked, told);
  expect(answer).toBe(false);
  expect(commit?.entries).toHaveLength(NOTIFY_MAX_USERS);
  expect(commit?.hasJobs).toBe(false);
  const [row] = await stores.rows<{ payload: string }>(
    'SELECT payload FROM dispatch WHERE dispatch_id = ?',
    [commit?.dispatchId ?? ''],
  );
  expect(row?.payload).toContain(others[0]);
});

it('passes over users who may not see it, whose feeds it does not touch', async () => {
  await stores.rows('UPDATE friends SET active = 0 WHERE friend_id = ?', [ann]);
  const last = others.at(-1) ?? '';
  for (const id of [bob, last]) await rig.friend(id, ann, 1);
  await rig.tell('like', postId, bob);
  expect((await toldOf()).notices).toEqual([`${ann} 1`, `${last} 1`].sort());
  const feeds = await stores.rows('SELECT 1 FROM conversations WHERE conversation_id LIKE ?', [
    `s:o%-${round}`,
  ]);
  expect(feeds).toHaveLength(1);
});

it('of the same deed tell it once, also at the same moment', async () => {
  const jobs = [await rig.order('like', postId, bob), await rig.order('like', postId, bob)];
  const finish = async (job: NotifyJob, by: Database) => {
    while (!(await rig.step(job, by))) continue;
  };
  await Promise.all(jobs.map((job) => finish(job, stores.open())));
  expect(await toldOf()).toEqual({ notices: everybody(), entries: everybody() });
});

it('tells nobody who stopped to see it while the feeds were waited for', async () => {
  const held = others[7] ?? '';
  const feed = selfConversationId(user(held));
  await db.conversations.ensureDirect([{ appId: app, conversationId: feed }]);
  const job = await rig.order('like', postId, bob);
  await lock.during(
    ['SELECT 1 FROM conversations WHERE app_id = ? AND conversation_id = ? FOR UPDATE', app, feed],
    () => rig.step(job),
    () => rig.friend(held, bob, 0),
  );
  while (!(await rig.step(job))) continue;
  const without = everybody().filter((line) => line !== `${held} 1`);
  expect(await toldOf()).toEqual({ notices: without, entries: without });
});

it('leaves the place in the job where a faster node has put it', async () => {
  const held = others[7] ?? '';
  const feed = selfConversationId(user(held));
  await db.conversations.ensureDirect([{ appId: app, conversationId: feed }]);
  const job = await rig.order('like', postId, bob);
  const place = async () => {
    const rows = await stores.rows<{ done_to: string }>('SELECT done_to FROM moment_jobs');
    return rows.map((row) => row.done_to);
  };
  let reached: string[] = [];
  await lock.during(
    ['SELECT 1 FROM conversations WHERE app_id = ? AND conversation_id = ? FOR UPDATE', app, feed],
    () => rig.step(job),
    async () => {
      // To the other one there is nobody to wait for.
      await rig.friend(held, bob, 0);
      for (let steps = 0; steps < 2; steps += 1) await rig.step(job);
      reached = await place();
    },
  );
  expect(reached).toHaveLength(1);
  expect(await place()).toEqual(reached);
});
