import { setTimeout as sleep } from 'node:timers/promises';
import { CommentServiceDefinition as Comments } from '@queqiao/protocol/client';
import { eventually, queryRows, type TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApiRig, failureOf, newId, type UserCall } from '../rig/api-rig.js';
import { MomentRig, type Person } from './moment-rig.js';

let rig: ApiRig;
let app: TestApp;
let moments: MomentRig;
let ann: Person;
let bob: Person;
let carol: Person;
let postId: string;
const MAX_COMMENTS = 4;
/** Of each race so many, because one may be won by luck; each has its seed. */
const SEEDS = Array.from({ length: 8 }, (_, n) => n + 1);
/** What each of a race starts behind the first one, at most. */
const HEAD_START_MS = 12;

beforeAll(async () => {
  rig = await ApiRig.start(2);
  app = await rig.createApp('demo', { maxCommentsPerPost: MAX_COMMENTS });
  moments = new MomentRig(rig, app);
});
afterAll(() => rig.stop());
/** All three are friends. Every second user comes in through the second node. */
beforeEach(async () => {
  ann = await moments.user('ann');
  bob = await moments.user('bob');
  carol = await moments.user('carol');
  await moments.befriend([ann, bob], [ann, carol], [bob, carol]);
  postId = await ann.post('hello');
});

const NO_POST = 'NOT_FOUND post_id';

/** What each came to: its answer, or what it was refused with. */
function race(
  seed: number,
  ...calls: readonly (() => Promise<unknown>)[]
): Promise<readonly unknown[]> {
  return Promise.all(
    calls.map(async (call, n) => {
      await sleep((seed * 7 + n * seed * 5) % HEAD_START_MS);
      return call().catch(async (error: unknown) => {
        const { code, field } = await failureOf(Promise.reject(error));
        return `${code} ${field}`;
      });
    }),
  );
}

interface Stored {
  readonly likes: number;
  readonly comments: number;
  readonly said: number;
  readonly made: number;
}

async function stored(): Promise<Stored> {
  const [row] = await queryRows(
    rig.database.url,
    `SELECT (SELECT COUNT(*) FROM likes l WHERE l.post_id = p.post_id) AS likes,
     (SELECT COUNT(*) FROM comments c WHERE c.post_id = p.post_id) AS comments,
     (SELECT COUNT(*) FROM comments c WHERE c.post_id = p.post_id AND c.text <> '') AS said,
     comments_made AS made FROM posts p WHERE p.post_id = ?`,
    [postId],
  );
  return row as unknown as Stored;
}

const settled = () =>
  eventually('jobs are done', async () => {
    const [row] = await queryRows(rig.database.url, 'SELECT COUNT(*) AS n FROM moment_jobs');
    return row?.['n'] === 0;
  });

/** Reads without a pause until `change` is answered, and somewhat longer: those that begin later show nothing of it. */
async function whileReading(
  read: () => Promise<boolean>,
  change: () => Promise<unknown>,
): Promise<{ reads: number; wrong: number }> {
  let answered = false;
  let [reads, wrong] = [0, 0];
  const readers = Array.from({ length: 3 }, async () => {
    for (let later = 0; later < 4;) {
      const begunLater = answered;
      const shown = await read();
      reads += 1;
      if (begunLater) later += 1;
      if (begunLater && shown) wrong += 1;
    }
  });
  await change();
  answered = true;
  await Promise.all(readers);
  return { reads, wrong };
}

describe('what is done while the post is deleted', () => {
  it.each(SEEDS)('is under the post, or finds none, and is erased with it (%i)', async (seed) => {
    const [liked, said, , deleted] = await race(
      seed,
      () => bob.react('likePost', postId),
      () => carol.comment(postId, 'hm'),
      () => carol.react('sharePost', postId),
      () => ann.delete(postId),
    );
    expect(deleted).toEqual({});
    expect([NO_POST, '{}']).toContain(typeof liked === 'string' ? liked : JSON.stringify(liked));
    const isSaid = said !== NO_POST;
    for (const who of [ann, bob, carol]) {
      expect((await failureOf(who.get(postId))).code).toBe('NOT_FOUND');
      expect((await failureOf(who.commentsOf(postId))).code).toBe('NOT_FOUND');
    }
    await settled();
    const left = { likes: 0, comments: Number(isSaid), said: 0, made: Number(isSaid) };
    expect(await stored()).toEqual(left);
  });
});

describe('what was said', () => {
  const shows = async (who: Person, by: Person): Promise<boolean> => {
    const post = await who.get(postId).catch(() => null);
    const { likes, comments } = post ?? {};
    const named = [likes?.userIds ?? [], comments?.comments.map((each) => each.authorId) ?? []];
    return named.flat().includes(by.id) || likes?.count === 2 || comments?.count === 2;
  };

  it.each(SEEDS)('is seen by nobody once a friendship has ended (%i)', async (seed) => {
    for (const who of [ann, bob]) {
      await who.react('likePost', postId);
      await who.comment(postId, 'hm');
    }
    const { wrong } = await whileReading(
      () => shows(carol, bob),
      async () => {
        await sleep(seed);
        await (seed % 2 === 0 ? bob : carol).act('deleteFriend', seed % 2 === 0 ? carol : bob);
      },
    );
    expect(wrong).toBe(0);
    expect([await shows(carol, bob), await shows(ann, bob)]).toEqual([false, true]);
  });

  it.each(SEEDS)('is seen by nobody once one has blocked the other (%i)', async (seed) => {
    await bob.react('likePost', postId);
    const { wrong } = await whileReading(
      () => shows(carol, bob),
      async () => {
        await sleep(seed);
        // At the same moment the other goes on.
        await Promise.all([
          (seed % 2 === 0 ? bob : carol).act('blockUser', seed % 2 === 0 ? carol : bob),
          bob.comment(postId, 'and'),
          bob.react('unlikePost', postId).then(() => bob.react('likePost', postId)),
        ]);
      },
    );
    expect(wrong).toBe(0);
    expect((await ann.get(postId)).comments?.count).toBe(1);
  });

  it.each(SEEDS)(
    'by somebody whom the author blocks is there or not, unseen (%i)',
    async (seed) => {
      const [said, liked] = await race(
        seed,
        () => bob.comment(postId, 'hm'),
        () => bob.react('likePost', postId),
        () => ann.act('blockUser', bob),
      );
      expect(await failureOf(bob.get(postId))).toMatchObject({ field: 'post_id' });
      expect(await ann.get(postId)).toMatchObject({ comments: { count: 0 }, likes: { count: 0 } });
      const found = { comments: Number(said !== NO_POST), likes: Number(liked !== NO_POST) };
      expect(await stored()).toMatchObject({ ...found, made: found.comments });
      // A friend of both still sees it.
      expect((await carol.get(postId)).comments?.count).toBe(found.comments);
      expect((await failureOf(bob.comment(postId, 'x'))).code).toBe('NOT_FOUND');
    },
  );
});

describe('an answer', () => {
  it.each(SEEDS)('to what is deleted meanwhile answers it, or finds none (%i)', async (seed) => {
    const first = await bob.comment(postId, 'first');
    const [answered, deleted, again] = await race(
      seed,
      () => carol.comment(postId, 'second', first),
      () => bob.deleteComment(postId, first),
      () => ann.deleteComment(postId, first),
    );
    const isAnswered = answered !== 'NOT_FOUND reply_to_comment_id';
    expect([deleted, again].filter((one) => typeof one !== 'string')).toHaveLength(1);
    expect([deleted, again]).toContain('NOT_FOUND comment_id');
    const comments = await ann.commentsOf(postId);
    const texts = comments.map(({ text, replyToCommentId }) => [text, replyToCommentId]);
    expect(texts).toEqual(isAnswered ? [['second', '']] : []);
    const made = Number(isAnswered) + 1;
    expect(await stored()).toMatchObject({ comments: made, said: made - 1, made });
  });
});

describe('counts', () => {
  it.each(SEEDS)('of comments stop at the limit, whoever comes first (%i)', async (seed) => {
    const calls = [ann, bob, carol].flatMap((who) =>
      [1, 2, 3].map((n) => () => who.comment(postId, `${n}`)),
    );
    const outcome = await race(seed, ...calls);
    const refused = outcome.filter((one) => one === 'LIMIT_EXCEEDED maxCommentsPerPost');
    expect(refused).toHaveLength(calls.length - MAX_COMMENTS);
    const counts = { comments: MAX_COMMENTS, made: MAX_COMMENTS };
    expect(await stored()).toMatchObject(counts);
    const times = (await ann.commentsOf(postId)).map(({ createdMs }) => createdMs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it.each(SEEDS)('of shares are told to each sharer as they grow (%i)', async (seed) => {
    const outcome = await race(
      seed,
      ...[ann, bob, carol, bob].map((who) => () => who.react('sharePost', postId)),
    );
    const counts = outcome.map((one) => (one as { shareCount: number }).shareCount);
    expect([...counts].sort((a, b) => a - b)).toEqual([1, 2, 3, 4]);
    expect((await ann.get(postId)).shareCount).toBe(4);
  });
});

describe('two devices of one user', () => {
  it.each(SEEDS)(
    'like and unlike one after the other, and tell each turn once (%i)',
    async (seed) => {
      const devices = [await rig.calls(app, bob.id, 0), await rig.calls(app, bob.id, 1)];
      const turn = (device: UserCall, name: 'likePost' | 'unlikePost') => () =>
        device(Comments, name, { clientRequestId: newId(), postId });
      const calls = devices.flatMap((device, n) =>
        [0, 1, 2, 3].map((time) => turn(device, (time + n) % 2 === 0 ? 'likePost' : 'unlikePost')),
      );
      expect(await race(seed, ...calls)).toEqual(calls.map(() => ({})));
      const device = await rig.signedIn(app, bob.id);
      const { entries } = await device.pull({ conversationId: `s:${bob.id}` });
      const turns = entries.filter(({ content }) => content?.body?.$case === 'postChanged').length;
      expect((await bob.get(postId)).likes?.mine).toBe(turns % 2 === 1);
      expect((await stored()).likes).toBe(turns % 2);
    },
  );

  it.each(SEEDS)('that say the same by one request say it once (%i)', async (seed) => {
    const devices = [await rig.calls(app, bob.id, 0), await rig.calls(app, bob.id, 1)];
    const request = { clientRequestId: newId(), postId, text: 'once' };
    const [one, two] = await race(
      seed,
      ...devices.map((device) => () => device(Comments, 'createComment', request)),
    );
    expect(two).toEqual(one);
    expect(await stored()).toMatchObject({ comments: 1, made: 1 });
  });
});
