import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FAN_OUT_MAX_ROWS, type Database } from '../../src/index.js';
import { HeldLock } from '../rig/held-lock.js';
import { all, MomentRig, only } from './moment-rig.js';
import { app, note, StoreRig, user } from '../rig/store-rig.js';

let rig: StoreRig;
let db: Database;
let moments: MomentRig;
let lock: HeldLock;
let a = '';

beforeAll(async () => {
  rig = await StoreRig.start();
  db = rig.open();
  moments = new MomentRig(rig, db);
  lock = await HeldLock.open(rig);
});
afterAll(async () => {
  lock.close();
  await rig.stop();
});
beforeEach(async () => {
  await moments.begin();
  a = moments.a;
});

describe('a fan-out', () => {
  it('is ordered with the post, and not at all for a private one', async () => {
    await moments.addFriends(2);
    const postId = await moments.post(a);
    expect(await moments.holders(postId)).toEqual([a]);
    expect(await moments.claimOne()).toMatchObject({
      kind: 'fan-out',
      appId: app,
      authorId: a,
      postId,
    });
    await rig.root.query('DELETE FROM moment_jobs');
    const hidden = await moments.post(a, { ...all, kind: 'private' });
    expect(await moments.holders(hidden)).toEqual([a]);
    expect(await moments.claim()).toEqual([]);
  });

  it('reaches every friend once, step by step, and nobody else', async () => {
    const ids = await moments.addFriends(FAN_OUT_MAX_ROWS * 2 + 3);
    await rig.rows('UPDATE friends SET active = 0 WHERE user_id = ? AND friend_id = ?', [
      a,
      ids[7] ?? '',
    ]);
    const postId = await moments.post(a);
    const job = await moments.claimOne();
    const steps: number[] = [];
    for (let done = false; !done && steps.length < 9;) {
      done = await db.momentJobs.advance(job);
      steps.push((await moments.holders(postId)).length);
    }
    expect(steps).toEqual([
      FAN_OUT_MAX_ROWS + 1,
      FAN_OUT_MAX_ROWS * 2 + 1,
      FAN_OUT_MAX_ROWS * 2 + 3,
    ]);
    expect(await moments.holders(postId)).toEqual([a, ...ids.filter((id) => id !== ids[7])].sort());
    expect(await db.momentJobs.backlog()).toEqual({ rows: 0, oldestDueMs: 0 });
    expect(await db.momentJobs.advance(job)).toBe(true);
  });

  it('goes on where it was, whoever died in the middle of a step', async () => {
    const ids = await moments.addFriends(FAN_OUT_MAX_ROWS + 300);
    const postId = await moments.post(a);
    const job = await moments.claimOne();
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
        expect(await moments.holders(postId)).toHaveLength(FAN_OUT_MAX_ROWS + 1);
        await rig.root.query(`KILL ${thread}`);
      },
    );
    expect(await finished).toBe(true);
    expect(await moments.holders(postId)).toEqual([a, ...ids].sort());
  });

  it('is taken over once its node has done nothing for a while, by one node', async () => {
    const ids = await moments.addFriends(FAN_OUT_MAX_ROWS + 1);
    const postId = await moments.post(a);
    const dead = await moments.claimOne('logic-1');
    await db.momentJobs.advance(dead);
    expect(await moments.claim('logic-2')).toEqual([]);
    await moments.overdue();
    const claims = await Promise.all(
      ['logic-2', 'logic-3', 'logic-4'].map((node) => moments.claim(node)),
    );
    const jobs = claims.flat();
    expect(jobs).toHaveLength(1);
    // The one that was given up for dead is only late, and goes on at the same moment.
    await Promise.all([...jobs, dead].map((job) => db.momentJobs.advance(job)));
    expect(await moments.holders(postId)).toEqual([a, ...ids].sort());
  });

  it('is put off further with every claim that comes to nothing', async () => {
    await moments.addFriends(FAN_OUT_MAX_ROWS);
    await moments.post(a);
    const dueMs = async () =>
      (await rig.rows<{ due_ms: number }>('SELECT due_ms FROM moment_jobs'))[0]?.due_ms;
    const first = await rig.madeDueIn(3_000, () => moments.claimOne(), dueMs);
    await moments.overdue();
    const second = await rig.madeDueIn(6_000, () => moments.claimOne(), dueMs);
    expect(second.done.attempts).toBe(2);
    const next = await rig.madeDueIn(3_000, () => db.momentJobs.advance(second.done), dueMs);
    expect([first, second, next].map(({ isDueThen }) => isDueThen)).toEqual([true, true, true]);
    await moments.overdue();
    expect((await moments.claimOne()).attempts).toBe(1);
  });

  it('is for those alone whom the audience names, until it is another one', async () => {
    const ids = await moments.addFriends(4);
    const [one = '', two = ''] = ids;
    const postId = await moments.post(a, only(two, one, 'nobody'));
    await moments.workOff();
    expect(await moments.holders(postId)).toEqual([a, one, two].sort());
    await moments.setAudience(a, postId, { ...all, kind: 'except', userIds: [user(one)] });
    await moments.workOff();
    expect(await moments.holders(postId)).toEqual([a, ...ids].sort());
  });

  it('is for all friends where tags decide, as these may change', async () => {
    const ids = await moments.addFriends(3);
    const postId = await moments.post(a, { ...only(ids[0] ?? ''), tags: ['work'] });
    await moments.workOff();
    expect(await moments.holders(postId)).toEqual([a, ...ids].sort());
  });

  it('of a post that is gone, or private by then, is over', async () => {
    await moments.addFriends(3);
    const gone = await moments.post(a);
    const hidden = await moments.post(a);
    await db.posts.change({ ...moments.work(a), postId: gone }, () => ({
      change: { patch: { state: 'deleted' }, entry: note('postChanged') },
      answer: null,
    }));
    await moments.setAudience(a, hidden, { ...all, kind: 'private' });
    await moments.workOff();
    expect([await moments.holders(gone), await moments.holders(hidden)]).toEqual([[a], [a]]);
    expect(await moments.claim()).toEqual([]);
  });
});
