import type { PostId } from '@queqiao/domain';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ERASE_MAX_ROWS, type Database, type MomentJob } from '../../src/index.js';
import { HeldLock } from '../rig/held-lock.js';
import { ReactionRig } from '../moments/reaction-rig.js';
import { addUsers, anyTurn, app, note, StoreRig, user } from '../rig/store-rig.js';

let rig: StoreRig;
let db: Database;
let of: ReactionRig;
let lock: HeldLock;
let postId: PostId;

beforeAll(async () => {
  rig = await StoreRig.start();
  db = rig.open();
  of = new ReactionRig(rig, db);
  lock = await HeldLock.open(rig);
  await addUsers(db, 'a', 'v');
});
afterAll(async () => {
  lock.close();
  await rig.stop();
});
beforeEach(() => anotherPost());

async function anotherPost(): Promise<void> {
  postId = await of.post('a');
  await rig.root.query('DELETE FROM moment_jobs');
}

const writers = (count: number) => Array.from({ length: count }, (_, n) => `w${n}`);
const remove = (id: PostId, state: 'deleted' | 'removed') =>
  db.posts.change({ ...of.work('a'), authorId: user('a'), postId: id }, () => ({
    change: { patch: { state }, entry: note('postChanged') },
    answer: null,
  }));

/** The likes of a post, and its comments that say something. */
async function left(id: PostId): Promise<[number, number]> {
  const [row] = await rig.rows<{ likes: number; said: number }>(
    `SELECT (SELECT COUNT(*) FROM likes WHERE app_id = ? AND post_id = ?) AS likes,
     (SELECT COUNT(*) FROM comments WHERE app_id = ? AND post_id = ? AND text <> '') AS said`,
    [app, id, app, id],
  );
  return [row?.likes ?? -1, row?.said ?? -1];
}

type Erasure = Extract<MomentJob, { kind: 'fan-out' | 'erase' }>;

async function claimOne(): Promise<Erasure> {
  const jobs = await db.momentJobs.claimDue({ owner: 'logic-1', limit: 10, turn: anyTurn });
  const [job, ...others] = jobs.filter((each): each is Erasure => each.kind === 'erase');
  if (job === undefined || others.length > 0) throw new Error('not one job');
  return job;
}

describe('what was said under a post that is gone', () => {
  it('is erased when it was deleted, not when the app has removed it', async () => {
    const other = await of.post('a');
    await rig.root.query('DELETE FROM moment_jobs');
    for (const id of [postId, other]) {
      await of.like('v', id);
      await of.comment('v', id);
    }
    // To be restored, perhaps.
    await remove(other, 'removed');
    await remove(postId, 'deleted');
    const job = await claimOne();
    expect(job).toMatchObject({ kind: 'erase', appId: app, postId });
    expect(await db.momentJobs.advance(job)).toBe(true);
    expect([await left(postId), await left(other)]).toEqual([
      [0, 0],
      [1, 1],
    ]);
    expect(await rig.rows("SELECT job_id FROM moment_jobs WHERE kind = 'erase'")).toEqual([]);
  });

  it('goes by steps, likes first, and no further with a post that only changes', async () => {
    await of.likesByRows(postId, writers(ERASE_MAX_ROWS + 1));
    await of.commentsByRows(postId, writers(ERASE_MAX_ROWS + 1));
    await db.posts.change({ ...of.work('a'), authorId: user('a'), postId }, () => ({
      change: { patch: { revision: 1 }, entry: note('postChanged') },
      answer: null,
    }));
    expect(await db.momentJobs.claimDue({ owner: 'logic-1', limit: 10, turn: anyTurn })).toEqual(
      [],
    );
    await remove(postId, 'deleted');
    const job = await claimOne();
    const steps: unknown[] = [];
    for (let done = false; !done && steps.length < 9;) {
      done = await db.momentJobs.advance(job);
      steps.push(await left(postId));
    }
    expect(steps).toEqual([
      [1, ERASE_MAX_ROWS + 1],
      [0, 1],
      [0, 0],
    ]);
  });

  it('goes on where it was, whoever died in the middle of a step', async () => {
    await of.likesByRows(postId, writers(3));
    await of.commentsByRows(postId, writers(ERASE_MAX_ROWS + 1));
    await remove(postId, 'deleted');
    const job = await claimOne();
    expect(await db.momentJobs.advance(job)).toBe(false);
    // The last one by its id.
    const last = 'c99';
    const held = 'SELECT 1 FROM comments WHERE post_id = ? AND comment_id = ? FOR UPDATE';
    const finished = lock.during(
      [held, postId, last],
      () => db.momentJobs.advance(job),
      async ({ thread }) => {
        expect(await left(postId)).toEqual([0, 1]);
        await rig.root.query(`KILL ${thread}`);
      },
    );
    expect(await finished).toBe(true);
    expect(await left(postId)).toEqual([0, 0]);
    // Somebody who takes it for undone finds nothing to do.
    expect(await db.momentJobs.advance(job)).toBe(true);
  });
});

describe('a deletion', () => {
  /** Stops whoever has told something in the feed of that user, before it is over: with the post in its hands. */
  async function held(userId: string): Promise<[string, ...(string | number)[]]> {
    await of.comment(userId, postId);
    const feed = `s:${userId}`;
    const [head] = await rig.rows<{ last_seq: number }>(
      'SELECT last_seq FROM conversations WHERE app_id = ? AND conversation_id = ?',
      [app, feed],
    );
    const columns = 'app_id, conversation_id, seq, ordinal, sender, kind, created_ms, content';
    const inTheWay = `INSERT INTO entries (${columns}) VALUES (?, ?, ?, 1, 'held', 'text', 1, '')`;
    return [inTheWay, app, feed, (head?.last_seq ?? 0) + 1];
  }
  const begin = {
    like: () => of.like('v', postId),
    comment: () => of.comment('v', postId),
    share: () => db.reactions.share(of.work('v', postId), () => note('postChanged')),
  };
  const kinds = ['like', 'comment', 'share'] as const;

  /**
   * Starts `second` while `first` is stopped; the two must be in each other's way. With another post where that took so long that the
   * first was undone, as what waits for a lock is: nobody knows then which came first.
   */
  async function oneAfterTheOther<T>(
    userId: string,
    first: () => Promise<unknown>,
    second: () => Promise<T>,
  ): Promise<T> {
    const started: Promise<T>[] = [];
    let [isOver, isEarly, isUndone] = [false, false, false];
    await lock.during(await held(userId), first, async (waiting) => {
      const work = second();
      started.push(work);
      const over = work.finally(() => (isOver = true));
      await Promise.race([over, lock.untilWaiting(waiting)]);
      isEarly = isOver;
      isUndone = !(await lock.waits(waiting));
    });
    const [done] = await Promise.all(started);
    if (!isUndone) {
      if (isEarly) throw new Error('the second did not wait');
      return done as T;
    }
    await anotherPost();
    return oneAfterTheOther(userId, first, second);
  }

  it.each(kinds)('waits for a like or comment of the same moment: %s', async (what) => {
    await oneAfterTheOther('v', begin[what], () => remove(postId, 'deleted'));
    const found = { like: [1, 1], comment: [0, 2], share: [0, 1] };
    expect(await left(postId)).toEqual(found[what]);
    await db.momentJobs.advance(await claimOne());
    expect(await left(postId)).toEqual([0, 0]);
  });

  it('is seen by whoever has waited for it', async () => {
    const going = () => remove(postId, 'deleted');
    const viewed = await oneAfterTheOther('a', going, () => of.like('v', postId));
    expect(viewed?.post.state).toBe('deleted');
  });
});
