import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  BACK_FILL_MAX_POSTS,
  FAN_OUT_MAX_ROWS,
  SOURCES_MAX_STATEMENT,
  type Database,
} from '../../src/index.js';
import { all, MomentRig, postLimits, readFromAuthors } from './moment-rig.js';
import { addUsers, app, note, StoreRig, user } from '../rig/store-rig.js';

const byId = (a = '', b = ''): number => (a < b ? -1 : 1);

let rig: StoreRig;
let db: Database;
let moments: MomentRig;
let a = '';
let b = '';

beforeAll(async () => {
  rig = await StoreRig.start();
  db = rig.open();
  moments = new MomentRig(rig, db);
});
afterAll(() => rig.stop());
beforeEach(async () => {
  await moments.begin();
  [a, b] = [moments.a, moments.b];
});

const orders = async () =>
  (await rig.rows<{ kind: string }>('SELECT kind FROM moment_jobs ORDER BY kind')).map(
    ({ kind }) => kind,
  );
const addSource = (of: string, authorId: string, arrivedMs: number) =>
  rig.root.query('INSERT INTO timeline_sources VALUES (?, ?, ?, ?)', [
    app,
    of,
    authorId,
    arrivedMs,
  ]);
const addRef = (of: string, createdMs: number, postId: string, arrivedMs: number) =>
  rig.root.query('INSERT INTO timeline_refs VALUES (?, ?, ?, ?, ?)', [
    app,
    of,
    createdMs,
    postId,
    arrivedMs,
  ]);

describe('an author with more friends than posts are written out to', () => {
  const limits = { ...postLimits, maxFanOutFriends: 3 };

  it('becomes a source of each friend’s timeline, once, with the first such post', async () => {
    const ids = await moments.addFriends(3);
    const few = await moments.post(a, all, limits);
    expect(await orders()).toEqual(['fan-out']);
    await rig.rows(
      `INSERT INTO friends (app_id, user_id, friend_id, active, tags, created_ms, feed_seq)
       VALUES ('demo', ?, ?, 1, '[]', 1, 9), ('demo', ?, 'former', 0, '[]', 1, 9)`,
      [a, b, a],
    );
    const many = await moments.post(a, { ...all, kind: 'private' }, limits);
    expect(await orders()).toEqual(['fan-out', 'sources']);
    await moments.post(a, all, limits);
    expect(await orders()).toEqual(['fan-out', 'sources']);
    await moments.workOff();
    expect(await moments.followers(a)).toEqual([b, ...ids].sort(byId));
    expect([await moments.holders(few), await moments.holders(many)]).toEqual([
      [a, b, ...ids].sort(byId),
      [a],
    ]);
    await moments.setAudience(a, many, all);
    expect(await orders()).toEqual([]);
    await rig.rows('UPDATE friends SET active = 0 WHERE user_id = ? AND friend_id = ?', [a, b]);
    const again = await moments.post(a, all, limits);
    expect(await orders()).toEqual(['fan-out']);
    await moments.workOff();
    expect(await moments.holders(again)).toEqual([a, ...ids].sort(byId));
    expect(await moments.timeline(ids[0] ?? '', 2)).toHaveLength(4);
  });

  it('is written into friends’ timelines step by step, by whichever node', async () => {
    const ids = await moments.addFriends(FAN_OUT_MAX_ROWS + 2);
    await moments.post(a, all, limits);
    const dead = await moments.claimOne('logic-1');
    expect(dead.kind).toBe('sources');
    expect(await db.momentJobs.advance(dead)).toBe(false);
    expect(await moments.followers(a)).toHaveLength(FAN_OUT_MAX_ROWS);
    await moments.overdue();
    const job = await moments.claimOne('logic-2');
    await Promise.all([dead, job].map((one) => db.momentJobs.advance(one)));
    expect(await moments.followers(a)).toEqual(ids);
    expect(await moments.claim()).toEqual([]);
  });
});

describe('a source', () => {
  it('comes with a friendship and goes with it', async () => {
    await moments.bond();
    await moments.workOff();
    expect(await moments.followers(a)).toEqual([]);
    const postId = await moments.post(a, all, readFromAuthors);
    await moments.workOff();
    expect([await moments.followers(a), await moments.followers(b)]).toEqual([[b], []]);
    expect(await moments.timeline(b, 5)).toEqual([postId]);
    await moments.part();
    expect(await moments.followers(a)).toEqual([]);
    await moments.bond();
    await moments.workOff();
    expect([await moments.followers(a), await moments.followers(b)]).toEqual([[b], []]);
    expect(await moments.holders(postId)).toEqual([a]);
  });

  it('is there for a friend of the moment at which the author becomes one', async () => {
    for (let times = 0; times < 5; times += 1) {
      const [from, to, old] = ['x', 'y', 'z'].map((name) => `${name}${moments.round}-${times}`) as [
        string,
        string,
        string,
      ];
      await addUsers(db, from, to, old);
      await moments.bond(from, old);
      const drained = (async () => {
        for (let looks = 0; looks < 5; looks += 1) await moments.workOff();
      })();
      const made = moments.post(from, all, readFromAuthors);
      await Promise.all([made, moments.bond(from, to), drained]);
      await moments.workOff();
      expect(await moments.followers(from)).toEqual([to, old]);
    }
  });

  it('merges with references and other sources by time, by pages of any size', async () => {
    const big = await moments.addPosts(a, [1, 3, 5, 5, 9], 1);
    const other = await moments.addPosts(`o${moments.round}`, [2, 5, 8], 1);
    await addUsers(db, `o${moments.round}`);
    const refs = await moments.addPosts(b, [4, 5, 7]);
    for (const [n, id] of refs.entries()) await addRef(b, [4, 5, 7][n] ?? 0, id, 50 + n);
    await moments.addPosts(a, [6]);
    for (const author of [a, `o${moments.round}`]) await addSource(b, author, 6);
    const five = [big[2], big[3], other[1], refs[1]].sort(byId).reverse();
    const wanted = [big[4], other[2], refs[2], ...five, refs[0], big[1], other[0], big[0]];
    for (const limit of [1, 2, 3, 4, 5, 50]) {
      expect(await moments.timeline(b, limit)).toEqual(wanted);
    }
  });

  it('has arrived with all it had by then, and goes on post by post', async () => {
    const big = await moments.addPosts(a, [1, 3, 6, 8, 9], 1);
    const refs = await moments.addPosts(b, [2, 4]);
    await addRef(b, 2, refs[0] ?? '', 6);
    await addRef(b, 4, refs[1] ?? '', 8);
    await addSource(b, a, 6);
    const atSix = [big[0], big[1], big[2], refs[0]].sort(byId).map((id) => `6 ${id}`);
    const atEight = [big[3], refs[1]].sort(byId).map((id) => `8 ${id}`);
    const wanted = [...atSix, ...atEight, `9 ${big[4]}`];
    for (const limit of [1, 2, 3, 4, 50]) {
      expect(await moments.arrivals(b, 0, limit)).toEqual(wanted);
      expect(await moments.arrivals(b, 6, limit)).toEqual(wanted);
      expect(await moments.arrivals(b, 7, limit)).toEqual(wanted.slice(4));
      expect(await moments.arrivals(b, 9, limit)).toEqual(wanted.slice(6));
    }
    expect(await moments.arrivals(b, 10, 5)).toEqual([]);
  });

  it('has arrived with the newest posts only', async () => {
    const times = Array.from({ length: BACK_FILL_MAX_POSTS + 3 }, (_, n) => n + 1);
    const ids = await moments.addPosts(a, times, 1);
    await addSource(b, a, 1_000);
    const wanted = ids.slice(3).map((id) => `1000 ${id}`);
    expect(await moments.arrivals(b, 0, 50)).toEqual(wanted);
    expect(await moments.timeline(b, 50)).toEqual([...ids].reverse());
  });

  it('is read as of one moment', async () => {
    const [old] = await moments.addPosts(a, [1], 1);
    await addSource(b, a, 1);
    const holder = await StoreRig.root(rig.created.rootUrl);
    try {
      // A page that has read its sources waits for the posts, and one is made meanwhile.
      await holder.query('LOCK TABLES posts WRITE');
      const done = { is: false };
      const page = moments.timeline(b, 5).finally(() => (done.is = true));
      const waiting =
        "SELECT 1 FROM information_schema.processlist WHERE db = ? AND state LIKE '%metadata lock%'";
      while (!done.is && (await rig.rows(waiting, [rig.created.name])).length === 0)
        await sleep(10);
      await holder.query(
        `INSERT INTO posts (app_id, post_id, author_id, content, audience, created_ms, spread)
         VALUES (?, 'late', ?, '', ?, 2, 1)`,
        [app, a, JSON.stringify(all)],
      );
      await holder.query('UNLOCK TABLES');
      expect(await page).toEqual([old]);
    } finally {
      holder.destroy();
    }
    expect(await moments.timeline(b, 5)).toEqual(['late', old]);
  });

  it('may be one of more than a statement takes', async () => {
    const count = SOURCES_MAX_STATEMENT * 2 + 1;
    const authors = Array.from({ length: count }, (_, n) => `s${String(n).padStart(3, '0')}`);
    // Neighbours in time are of different statements.
    const time = (id: string) => 100 + ((Number(id.slice(-3)) * 100) % count);
    const wanted = authors.map((author) => `p-${author}`);
    const list = (row: (author: string) => string) => authors.map(row).join(',');
    await addUsers(db, ...authors);
    await rig.rows(
      `INSERT INTO timeline_sources VALUES ${list((id) => `('demo','${b}','${id}',5)`)}`,
    );
    await rig.rows(
      `INSERT INTO posts (app_id, post_id, author_id, content, audience, created_ms, spread) VALUES ${list(
        (id) => `('demo','p-${id}','${id}','','${JSON.stringify(all)}',${time(id)},1)`,
      )}`,
    );
    wanted.sort((one, two) => time(two) - time(one));
    expect(await moments.timeline(b, 50)).toEqual(wanted);
    expect(await moments.arrivals(b, 0, 50)).toEqual(
      wanted.reverse().map((id) => `${time(id)} ${id}`),
    );
  });
});

describe('posts of a user', () => {
  it('are as many in a day as the app allows, those that are gone included', async () => {
    const limits = { ...postLimits, maxPostsPerDay: 2 };
    const [postId] = [await moments.post(a, all, limits), await moments.post(a, all, limits)];
    const gone = { patch: { state: 'deleted' as const }, entry: note('postChanged') };
    await db.posts.change({ ...moments.work(a), postId }, () => ({ change: gone, answer: null }));
    await expect(moments.post(a, all, limits)).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      field: 'maxPostsPerDay',
    });
    await moments.post(b, all, limits);
    await rig.rows(
      'UPDATE posts SET created_ms = created_ms - 86400000 WHERE app_id = ? AND post_id = ?',
      [app, postId],
    );
    await moments.post(a, all, limits);
    expect(await db.posts.postsOf(app, user(a), user(a), { before: null, limit: 9 })).toHaveLength(
      3,
    );
  });
});
