import type { Audience, PostId } from '@queqiao/domain';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  BACK_FILL_MAX_POSTS,
  FAN_OUT_MAX_ROWS,
  type Database,
  type TimelineJob,
} from '../src/index.js';
import { befriend, FriendRig } from './friend-rig.js';
import { HeldLock } from './held-lock.js';
import { addUsers, app, note, StoreRig, unasked, user } from './store-rig.js';

let rig: StoreRig;
let db: Database;
let friends: FriendRig;
let lock: HeldLock;
let round = 0;
let a = '';
let b = '';
let asks = 0;

beforeAll(async () => {
  rig = await StoreRig.start();
  db = rig.open();
  friends = new FriendRig(db);
  lock = await HeldLock.open(rig);
});
afterAll(async () => {
  lock.close();
  await rig.stop();
});
beforeEach(async () => {
  await rig.root.query('DELETE FROM moment_jobs');
  round += 1;
  [a, b] = [`a${round}`, `b${round}`];
  await addUsers(db, a, b);
});

const all: Audience = { kind: 'friends', userIds: [], tags: [] };
const only = (...ids: string[]): Audience => ({ kind: 'only', userIds: ids.map(user), tags: [] });

function work(authorId: string) {
  const request = { requestId: `post-${(asks += 1)}`, method: 'Test' };
  const actor = { kind: 'user', id: authorId } as const;
  return { ...unasked, request: { actor, ...request }, authorId: user(authorId) };
}
async function post(authorId: string, audience = all): Promise<PostId> {
  const told = (postId: PostId) => note('postChanged', postId);
  const content = Buffer.from('x');
  return (await db.posts.create(work(authorId), { content, audience, mentions: [] }, told)).answer
    .postId;
}
const setAudience = (authorId: string, postId: PostId, audience: Audience) =>
  db.posts.change({ ...work(authorId), postId }, () => ({
    change: { patch: { audience }, entry: note('postChanged') },
    answer: null,
  }));

const friendIds = (count: number) =>
  Array.from({ length: count }, (_, n) => `f${String(n).padStart(5, '0')}-${round}`);

/** Friends of a's, by rows alone. */
async function addFriends(count: number): Promise<string[]> {
  const ids = friendIds(count);
  const rows = ids.map((id, n) => `('demo','${a}','${id}',1,'[]',1,${n})`);
  await rig.rows(
    `INSERT INTO friends (app_id, user_id, friend_id, active, tags, created_ms, feed_seq) VALUES ${rows.join(',')}`,
  );
  return ids;
}

/** Users who have the post in their timelines, as often as they have it. */
async function holders(postId: string): Promise<string[]> {
  const rows = await rig.rows<{ user_id: string }>(
    'SELECT user_id FROM timeline_refs WHERE app_id = ? AND post_id = ? ORDER BY user_id',
    [app, postId],
  );
  return rows.map((row) => row.user_id);
}

const claim = async (owner: string, limit = 10) =>
  (await db.momentJobs.claimDue({ owner, limit })).filter((job) => job.kind !== 'notify');
async function claimOne(owner = 'logic-1'): Promise<TimelineJob> {
  const [job, ...others] = await claim(owner);
  if (job === undefined || others.length > 0) throw new Error('not one job');
  return job;
}
const overdue = () => rig.root.query('UPDATE moment_jobs SET due_ms = 0');
/** All jobs that are due to their ends. */
async function workOff(): Promise<void> {
  for (const job of await claim('logic-1')) {
    while (!(await db.momentJobs.advance(job))) continue;
  }
}

describe('a fan-out', () => {
  it('is ordered with the post, and not at all for a private one', async () => {
    await addFriends(2);
    const postId = await post(a);
    expect(await holders(postId)).toEqual([a]);
    expect(await claimOne()).toMatchObject({ kind: 'fan-out', appId: app, authorId: a, postId });
    await rig.root.query('DELETE FROM moment_jobs');
    const hidden = await post(a, { ...all, kind: 'private' });
    expect(await holders(hidden)).toEqual([a]);
    expect(await claim('logic-1')).toEqual([]);
  });

  it('reaches every friend once, step by step, and nobody else', async () => {
    const ids = await addFriends(FAN_OUT_MAX_ROWS * 2 + 3);
    await rig.rows('UPDATE friends SET active = 0 WHERE user_id = ? AND friend_id = ?', [
      a,
      ids[7] ?? '',
    ]);
    const postId = await post(a);
    const job = await claimOne();
    const steps: number[] = [];
    for (let done = false; !done && steps.length < 9;) {
      done = await db.momentJobs.advance(job);
      steps.push((await holders(postId)).length);
    }
    expect(steps).toEqual([
      FAN_OUT_MAX_ROWS + 1,
      FAN_OUT_MAX_ROWS * 2 + 1,
      FAN_OUT_MAX_ROWS * 2 + 3,
    ]);
    expect(await holders(postId)).toEqual([a, ...ids.filter((id) => id !== ids[7])].sort());
    expect(await db.momentJobs.backlog()).toEqual({ rows: 0, oldestDueMs: 0 });
    expect(await db.momentJobs.advance(job)).toBe(true);
  });

  it('goes on where it was, whoever died in the middle of a step', async () => {
    const ids = await addFriends(FAN_OUT_MAX_ROWS + 300);
    const postId = await post(a);
    const job = await claimOne();
    await db.momentJobs.advance(job);
    // The connection dies with half a step written: it is undone, and done again.
    const held = ids.at(-1) ?? '';
    const [{ created_ms: createdMs } = { created_ms: 0 }] = await rig.rows<{ created_ms: number }>(
      'SELECT created_ms FROM posts WHERE app_id = ? AND post_id = ?',
      [app, postId],
    );
    const columns = '(app_id, user_id, created_ms, post_id, arrived_ms)';
    const inTheWay = `INSERT INTO timeline_refs ${columns} VALUES (?, ?, ?, ?, 1)`;
    const finished = lock.during(
      [inTheWay, app, held, createdMs, postId],
      () => db.momentJobs.advance(job),
      async ({ thread }) => {
        expect(await holders(postId)).toHaveLength(FAN_OUT_MAX_ROWS + 1);
        await rig.root.query(`KILL ${thread}`);
      },
    );
    expect(await finished).toBe(true);
    expect(await holders(postId)).toEqual([a, ...ids].sort());
  });

  it('is taken over once its node has done nothing for a while, by one node', async () => {
    const ids = await addFriends(FAN_OUT_MAX_ROWS + 1);
    const postId = await post(a);
    const dead = await claimOne('logic-1');
    await db.momentJobs.advance(dead);
    expect(await claim('logic-2')).toEqual([]);
    await overdue();
    const claims = await Promise.all(['logic-2', 'logic-3', 'logic-4'].map((node) => claim(node)));
    const jobs = claims.flat();
    expect(jobs).toHaveLength(1);
    // The one that was given up for dead is only late, and goes on at the same moment.
    await Promise.all([...jobs, dead].map((job) => db.momentJobs.advance(job)));
    expect(await holders(postId)).toEqual([a, ...ids].sort());
  });

  it('is put off further with every claim that comes to nothing', async () => {
    await addFriends(FAN_OUT_MAX_ROWS);
    await post(a);
    const waits: number[] = [];
    const wait = async () => {
      const [row] = await rig.rows<{ wait: number }>(
        'SELECT ROUND((due_ms - UNIX_TIMESTAMP(SYSDATE(3)) * 1000) / 1000) AS wait FROM moment_jobs',
      );
      waits.push(Number(row?.wait));
    };
    let job = await claimOne();
    await wait();
    await overdue();
    job = await claimOne();
    await wait();
    expect(job.attempts).toBe(2);
    await db.momentJobs.advance(job);
    await wait();
    expect(waits).toEqual([3, 6, 3]);
    await overdue();
    expect((await claimOne()).attempts).toBe(1);
  });

  it('is for those alone whom the audience names, until it is another one', async () => {
    const ids = await addFriends(4);
    const [one = '', two = ''] = ids;
    const postId = await post(a, only(two, one, 'nobody'));
    await workOff();
    expect(await holders(postId)).toEqual([a, one, two].sort());
    await setAudience(a, postId, { ...all, kind: 'except', userIds: [user(one)] });
    await workOff();
    expect(await holders(postId)).toEqual([a, ...ids].sort());
  });

  it('is for all friends where tags decide, as these may change', async () => {
    const ids = await addFriends(3);
    const postId = await post(a, { ...only(ids[0] ?? ''), tags: ['work'] });
    await workOff();
    expect(await holders(postId)).toEqual([a, ...ids].sort());
  });

  it('of a post that is gone, or private by then, is over', async () => {
    await addFriends(3);
    const gone = await post(a);
    const hidden = await post(a);
    await db.posts.change({ ...work(a), postId: gone }, () => ({
      change: { patch: { state: 'deleted' }, entry: note('postChanged') },
      answer: null,
    }));
    await setAudience(a, hidden, { ...all, kind: 'private' });
    await workOff();
    expect([await holders(gone), await holders(hidden)]).toEqual([[a], [a]]);
    expect(await claim('logic-1')).toEqual([]);
  });
});

describe('a back-fill', () => {
  const bond = () => friends.steps(a, b, befriend(a, b), befriend(b, a), { op: 'timelines' });

  it('gives both sides the newest posts of the other that are there', async () => {
    const audience = JSON.stringify(all);
    const rows = Array.from({ length: BACK_FILL_MAX_POSTS + 2 }, (_, n) => {
      const name = `p${String(n).padStart(4, '0')}-${round}`;
      return `('demo','${name}','${a}','','${audience}',${n + 1},${n === 100 ? 1 : 0})`;
    });
    await rig.rows(
      `INSERT INTO posts (app_id, post_id, author_id, content, audience, created_ms, state) VALUES ${rows.join(',')}`,
    );
    const own = await post(b);
    await rig.root.query('DELETE FROM moment_jobs');
    await bond();
    await workOff();
    expect(await holders(own)).toEqual([a, b].sort());
    const found = await rig.rows<{ post_id: string }>(
      'SELECT post_id FROM timeline_refs WHERE app_id = ? AND user_id = ? AND post_id <> ? ORDER BY created_ms',
      [app, b, own],
    );
    expect(found).toHaveLength(BACK_FILL_MAX_POSTS - 1);
    expect(found[0]?.post_id).toBe(`p0002-${round}`);
    expect(found.map((row) => row.post_id)).not.toContain(`p0100-${round}`);
  });

  it('and a friendship of the same moment do not miss each other', async () => {
    for (let times = 0; times < 5; times += 1) {
      const [from, to] = [`x${round}-${times}`, `y${round}-${times}`];
      await addUsers(db, from, to);
      const bonding = friends.steps(from, to, befriend(from, to), befriend(to, from), {
        op: 'timelines',
      });
      const drained = (async () => {
        for (let looks = 0; looks < 5; looks += 1) await workOff();
      })();
      const [postId] = await Promise.all([post(from), bonding, drained]);
      await workOff();
      expect(await holders(postId)).toEqual([from, to]);
    }
  });
});

describe('a timeline', () => {
  it('has references by the time of their posts, or in the order in which they came', async () => {
    const ids = ['p1', 'p2', 'p3', 'p4'].map((id) => `${id}-${round}`);
    for (const [n, id] of ids.entries()) {
      await rig.root.query(
        `INSERT INTO posts (app_id, post_id, author_id, content, audience, created_ms)
         VALUES (?, ?, ?, '', ?, ?)`,
        [app, id, a, JSON.stringify(all), n < 3 ? 5 : 4],
      );
      await rig.root.query('INSERT INTO timeline_refs VALUES (?, ?, ?, ?, ?)', [
        app,
        b,
        n < 3 ? 5 : 4,
        id,
        [10, 30, 10, 20][n],
      ]);
    }
    const page = async (before: { createdMs: number; postId: string } | null, limit: number) =>
      (await db.timelines.page(app, user(b), { before, limit })).map(
        ({ post: { postId } }) => postId,
      );
    expect(await page(null, 2)).toEqual([ids[2], ids[1]]);
    expect(await page({ createdMs: 5, postId: ids[1] ?? '' }, 5)).toEqual([ids[0], ids[3]]);
    const arrivals = async (arrivedMs: number, postId: string, limit: number) =>
      (await db.timelines.arrivals(app, user(b), { after: { arrivedMs, postId }, limit })).map(
        ({ post: found, arrivedMs: at }) => `${at} ${found.postId}`,
      );
    expect(await arrivals(0, '', 2)).toEqual([`10 ${ids[0]}`, `10 ${ids[2]}`]);
    expect(await arrivals(10, ids[0] ?? '', 2)).toEqual([`10 ${ids[2]}`, `20 ${ids[3]}`]);
    expect(await arrivals(20, ids[3] ?? '', 9)).toEqual([`30 ${ids[1]}`]);
    expect(Math.abs((await db.timelines.nowMs()) - Date.now())).toBeLessThan(60_000);
  });
});
