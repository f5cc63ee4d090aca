import { canSeeReaction, selfConversationId, type PostId } from '@queqiao/domain';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  COMMENTS_PREVIEW_MAX,
  LIKES_PREVIEW_MAX,
  REACTIONS_MAX_LOOK,
  type Database,
  type ReactionPlace,
} from '../../src/index.js';
import { ReactionRig } from './reaction-rig.js';
import { addUsers, app, note, StoreRig, user } from '../rig/store-rig.js';

let rig: StoreRig;
let db: Database;
let of: ReactionRig;
let round = 0;
/** Author and viewer. */
let a = '';
let v = '';

beforeAll(async () => {
  rig = await StoreRig.start();
  db = rig.open();
  of = new ReactionRig(rig, db);
});
afterAll(() => rig.stop());
beforeEach(async () => {
  round += 1;
  [a, v] = [`a${round}`, `v${round}`];
  await addUsers(db, a, v);
});

const ids = (count: number) =>
  Array.from({ length: count }, (_, n) => `w${String(n).padStart(4, '0')}-${round}`);
async function befriend(one: string, others: readonly string[], active = 1): Promise<void> {
  const rows = others.map((id) => `('${app}','${one}','${id}',${active},'[]',1,1)`);
  await rig.rows(
    `INSERT INTO friends (app_id, user_id, friend_id, active, tags, created_ms, feed_seq) VALUES ${rows.join(',')}
     ON DUPLICATE KEY UPDATE active = VALUES(active)`,
  );
}
/** Both rows of each friendship of the viewer's. */
async function viewersFriends(...others: string[]): Promise<void> {
  await befriend(v, others);
  for (const other of others) await befriend(other, [v]);
}
async function block(one: string, other: string): Promise<void> {
  await rig.root.query('INSERT INTO blocks VALUES (?, ?, ?, 1)', [app, one, other]);
}
const seenBy = (viewer: string, ...postIds: PostId[]) =>
  db.moments.atOnce(({ reactions }) =>
    reactions.of(
      app,
      user(viewer),
      postIds.map((postId) => ({ postId, authorId: user(a) })),
    ),
  );
async function seen(postId: PostId, viewer = v) {
  const found = (await seenBy(viewer, postId)).get(postId);
  if (found === undefined) throw new Error('a post without a line');
  return found;
}

describe('who sees a reaction', () => {
  const bits = Array.from({ length: 16 }, (_, n) => [n & 1, n & 2, n & 4, n & 8].map(Boolean));

  it.each(bits)('is the rule in SQL too: %s %s, blocked %s %s', async (...facts) => {
    const [own = false, theirs = false, blocks = false, blocked = false] = facts;
    const [w = ''] = ids(1);
    const postId = await of.post(a);
    for (const other of [w, a]) {
      await befriend(v, [other], Number(own));
      await befriend(other, [v], Number(theirs));
      if (blocks) await block(v, other);
      if (blocked) await block(other, v);
    }
    const writers = [w, a, v];
    await of.likesByRows(postId, writers);
    await of.commentsByRows(postId, writers);
    await rig.rows(`UPDATE comments SET reply_to = 'c0' WHERE post_id = '${postId}'`);
    const relation = { friends: own && theirs, blocked: blocks || blocked };
    const rule = (writer: string) =>
      canSeeReaction(user(v), { writerId: user(writer), authorId: user(a) }, relation);
    const expected = writers.filter(rule);
    const { likes, comments } = await seen(postId);
    expect(likes).toEqual({
      count: expected.length,
      countIsBound: false,
      mine: true,
      userIds: expected,
    });
    expect(comments.count).toBe(expected.length);
    expect(comments.comments.map(({ authorId }) => authorId)).toEqual(expected);
    // Each answers what the writer who may be seen or not has said.
    const answered = rule(w) ? { commentId: 'c0', authorId: w } : null;
    for (const comment of comments.comments) expect(comment.answered).toEqual(answered);
    const facing = await of.deleteComment(v, postId, 'c0');
    expect(facing).toEqual({ writerId: w, relation });
    const page = { from: null, limit: 10 };
    const post = { postId, authorId: user(a) };
    await db.moments.atOnce(async ({ reactions }) => {
      const { rows } = await reactions.likes(app, user(v), post, page);
      expect(rows.map(({ userId }) => userId)).toEqual(expected);
    });
  });

  it('is known for each post of a page by itself', async () => {
    const [one, two, three] = [await of.post(a), await of.post(a), await of.post(a)];
    const [w = '', x = ''] = ids(2);
    await viewersFriends(w);
    await of.likesByRows(one, [w, x]);
    await of.likesByRows(two, [x, v]);
    await of.commentsByRows(two, [w, w, x]);
    const found = await seenBy(v, one, two, three);
    expect([...found.keys()]).toEqual([one, two, three]);
    expect(found.get(one)).toMatchObject({ likes: { userIds: [w], mine: false, count: 1 } });
    expect(found.get(two)).toMatchObject({ likes: { userIds: [v], mine: true, count: 1 } });
    expect([...found.values()].map(({ comments }) => comments.count)).toEqual([0, 2, 0]);
    expect(await seenBy(v)).toEqual(new Map());
  });
});

describe('a post with much under it', () => {
  it('comes with some of it, and a count of what was looked at', async () => {
    const postId = await of.post(a);
    const writers = ids(REACTIONS_MAX_LOOK);
    const [w = '', x = '', y = ''] = ids(3);
    const late = ids(60).slice(40);
    await viewersFriends(w, y, ...late);
    await of.likesByRows(postId, writers);
    await of.commentsByRows(
      postId,
      writers.map((_, n) => (n % 2 === 0 ? w : x)),
    );
    const exact = await seen(postId);
    expect(exact.likes).toEqual({
      count: 22,
      countIsBound: false,
      mine: false,
      userIds: [w, y, ...late].slice(0, LIKES_PREVIEW_MAX),
    });
    expect(exact.comments).toMatchObject({ count: REACTIONS_MAX_LOOK / 2, countIsBound: false });
    const texts = Array.from({ length: COMMENTS_PREVIEW_MAX }, (_, n) => `text ${n * 2}`);
    expect(exact.comments.comments.map(({ text }) => text)).toEqual(texts);
    // One more of each, which is not looked at; an own like is found wherever it stands.
    await rig.root.query('INSERT INTO likes VALUES (?, ?, ?, 5000)', [app, postId, v]);
    await of.comment(w, postId);
    const more = await seen(postId);
    expect(more.likes).toEqual({ ...exact.likes, countIsBound: true, mine: true });
    expect(more.comments).toEqual({ ...exact.comments, countIsBound: true });
    // One that is gone is not looked at, and makes room.
    await of.deleteComment(x, postId, 'c1');
    expect((await seen(postId)).comments).toMatchObject({ count: 501, countIsBound: false });
  });

  it.each([1, 2, 3, 100])('is listed by pages of %i, each reaction once', async (limit) => {
    const postId = await of.post(a);
    const writers = ids(REACTIONS_MAX_LOOK + 10);
    const friends = [0, 1, 5, 6, 7, 1_003, 1_009].map((n) => writers[n] ?? '');
    await viewersFriends(...friends);
    await of.likesByRows(postId, writers);
    await of.commentsByRows(postId, writers);
    const post = { postId, authorId: user(a) };
    const liked: string[] = [];
    const said: string[] = [];
    await db.moments.atOnce(async ({ reactions }) => {
      for (let from: ReactionPlace | null = null, pages = 0; pages < 20; pages += 1) {
        const page = await reactions.likes(app, user(v), post, { from, limit });
        liked.push(...page.rows.map(({ userId }) => userId));
        from = page.next;
        if (from === null) break;
      }
      for (let from: ReactionPlace | null = null, pages = 0; pages < 20; pages += 1) {
        const page = await reactions.comments(app, user(v), post, { from, limit });
        said.push(...page.rows.map(({ authorId }) => authorId));
        from = page.next;
        if (from === null) break;
      }
    });
    expect([liked, said]).toEqual([friends, friends]);
  });
});

describe('a place in a list', () => {
  const likes = (postId: PostId, from: ReactionPlace | null) =>
    db.moments.atOnce(({ reactions }) =>
      reactions.likes(app, user(v), { postId, authorId: user(a) }, { from, limit: 100 }),
    );
  async function walk(postId: PostId): Promise<string[]> {
    const found: string[] = [];
    for (let from: ReactionPlace | null = null, pages = 0; pages < 20; pages += 1) {
      const { rows, next } = await likes(postId, from);
      found.push(...rows.map(({ userId }) => userId));
      if (next === null) return found;
      from = next;
    }
    throw new Error('the list has no end');
  }

  it('names nobody whom the viewer may not see', async () => {
    const postId = await of.post(a);
    await of.likesByRows(postId, ids(REACTIONS_MAX_LOOK + 10));
    const next = { createdMs: REACTIONS_MAX_LOOK + 1, id: '' };
    expect(await likes(postId, null)).toEqual({ rows: [], next });
  });

  it.each([
    ['one moment', 'TRUE'],
    ['one moment where looking ends', 'created_ms BETWEEN 990 AND 1005'],
  ])('has each once of %s', async (_, where) => {
    const postId = await of.post(a);
    const writers = ids(REACTIONS_MAX_LOOK + 10);
    const friends = [3, 992, 999, 1_000, 1_001, 1_009].map((n) => writers[n] ?? '');
    await viewersFriends(...friends);
    await of.likesByRows(postId, writers);
    await rig.rows(`UPDATE likes SET created_ms = 990 WHERE post_id = ? AND ${where}`, [postId]);
    expect(await walk(postId)).toEqual(friends);
  });
});

describe('what users do', () => {
  const feed = async (who: string): Promise<unknown[]> => {
    const range = { fromSeq: 1, toSeq: 100 };
    const entries = await db.conversations.entries(app, selfConversationId(user(who)), range);
    return entries.map(({ kind }) => kind).filter((kind) => kind === 'postChanged');
  };

  it('is told in their own feeds, once for what was so already', async () => {
    const postId = await of.post(a);
    expect((await of.like(v, postId))?.post.postId).toBe(postId);
    await of.like(v, postId);
    expect(await feed(v)).toHaveLength(1);
    expect((await seen(postId)).likes).toMatchObject({ count: 1, mine: true, userIds: [v] });
    await of.unlike(v, postId);
    await of.unlike(v, postId);
    expect(await feed(v)).toHaveLength(2);
    expect((await seen(postId)).likes).toMatchObject({ count: 0, mine: false });
    const commentId = await of.comment(v, postId, 'well');
    await of.deleteComment(v, postId, commentId);
    expect(await feed(v)).toHaveLength(4);
    expect(await feed(a)).toHaveLength(1);
  });

  it('says what it said once, by a request that is repeated', async () => {
    const postId = await of.post(a);
    const work = { ...of.work(v, postId), replyTo: '' };
    const say = () => db.reactions.comment(work, () => ({ text: 'x', entry: note('postChanged') }));
    const [one, two] = await Promise.all([say(), say()]);
    expect(two.answer).toEqual(one.answer);
    expect((await seen(postId)).comments.count).toBe(1);
    const shared = { ...of.work(v, postId) };
    const share = () => db.reactions.share(shared, () => note('postChanged'));
    expect((await share()).answer).toEqual({ shareCount: 1 });
    expect((await share()).answer).toEqual({ shareCount: 1 });
    await db.reactions.share(of.work(a, postId), () => note('postChanged'));
    expect((await db.posts.post(app, user(v), postId))?.post.shareCount).toBe(2);
  });

  it('is not written when the decision refuses, and finds no post where there is none', async () => {
    const postId = await of.post(a);
    const refuse = (post: unknown): never => {
      throw new RangeError(post === null ? 'none' : 'no');
    };
    for (const [id, why] of [
      [postId, 'no'],
      ['nosuch', 'none'],
    ] as const) {
      const work = of.work(v, id);
      await expect(db.reactions.like(work, refuse)).rejects.toThrow(why);
      await expect(db.reactions.unlike(work, refuse)).rejects.toThrow(why);
      await expect(db.reactions.share(work, refuse)).rejects.toThrow(why);
      await expect(db.reactions.comment({ ...work, replyTo: '' }, refuse)).rejects.toThrow(why);
      const deletion = db.reactions.deleteComment({ ...work, commentId: 'c' }, refuse);
      await expect(deletion).rejects.toThrow(why);
    }
    expect(await feed(v)).toEqual([]);
    expect(await seen(postId)).toMatchObject({ likes: { count: 0 }, comments: { count: 0 } });
  });

  it('leaves of a deleted comment neither what it said nor an answer to it', async () => {
    const postId = await of.post(a);
    const first = await of.comment(v, postId, 'secret');
    await of.comment(v, postId, 'answer', first);
    const [, answer] = (await seen(postId)).comments.comments;
    expect(answer).toMatchObject({ text: 'answer', answered: { commentId: first, authorId: v } });
    await of.deleteComment(v, postId, first);
    const { comments } = await seen(postId);
    expect(comments.comments).toEqual([{ ...answer, answered: null }]);
    const rows = await rig.rows('SELECT text, state FROM comments WHERE comment_id = ?', [first]);
    expect(rows).toEqual([{ text: '', state: 1 }]);
    expect(await of.deleteComment(v, postId, first)).toBeNull();
  });

  it('counts comments that were ever written, and finds an answered one of the same post', async () => {
    const [postId, other] = [await of.post(a), await of.post(a)];
    const first = await of.comment(v, postId);
    await of.deleteComment(v, postId, first);
    const second = await of.comment(a, postId);
    const facts = async (on: string, replyTo: string) => {
      const found: unknown[] = [];
      const work = { ...of.work(v, on), replyTo };
      await db.reactions.comment(work, (_, more) => {
        found.push(more);
        return { text: 'x', entry: note('postChanged') };
      });
      return found[0];
    };
    const relation = { friends: false, blocked: false };
    const there = { commentsMade: 2, answered: { writerId: a, relation } };
    expect(await facts(postId, second)).toEqual(there);
    expect(await facts(postId, first)).toEqual({ commentsMade: 3, answered: null });
    expect(await facts(other, second)).toEqual({ commentsMade: 0, answered: null });
    await befriend(v, [a]);
    await befriend(a, [v]);
    await block(a, v);
    const blocked = { writerId: a, relation: { friends: true, blocked: true } };
    expect(await facts(postId, second)).toEqual({ commentsMade: 4, answered: blocked });
  });
});

describe('reads of one moment', () => {
  it('do not see what is committed between them', async () => {
    const postId = await of.post(a);
    const found = await db.moments.atOnce(async ({ posts, reactions }) => {
      const viewed = await posts.post(app, user(v), postId);
      await of.comment(v, postId, 'later');
      return [
        viewed?.post.state,
        await reactions.of(app, user(v), [{ postId, authorId: user(a) }]),
      ];
    });
    expect(found).toMatchObject(['present', new Map([[postId, { comments: { count: 0 } }]])]);
    expect((await seen(postId)).comments.count).toBe(1);
  });

  it('are made anew, all of them, when their connection is lost', async () => {
    const postId = await of.post(a);
    let tries = 0;
    const state = await db.moments.atOnce(async ({ posts }) => {
      tries += 1;
      await posts.post(app, user(v), postId);
      if (tries === 1) {
        const [found] = await rig.rows<{ id: number }>(
          'SELECT p.id FROM information_schema.innodb_trx t JOIN information_schema.processlist p ' +
            'ON p.id = t.trx_mysql_thread_id WHERE p.db = DATABASE()',
        );
        await rig.root.query(`KILL ${found?.id ?? 'nothing'}`);
      }
      return (await posts.post(app, user(v), postId))?.post.state;
    });
    expect([tries, state]).toEqual([2, 'present']);
  });

  it('are made anew when a migration has rebuilt a table meanwhile', async () => {
    const postId = await of.post(a);
    await of.likesByRows(postId, [v]);
    let tries = 0;
    const found = await db.moments.atOnce(async ({ posts, reactions }) => {
      tries += 1;
      await posts.post(app, user(v), postId);
      if (tries === 1) await rig.root.query('ALTER TABLE likes FORCE');
      return reactions.of(app, user(v), [{ postId, authorId: user(a) }]);
    });
    expect([tries, found.get(postId)?.likes.count]).toEqual([2, 1]);
  });

  it('leave the connection as it was, also when they fail', async () => {
    const one = rig.open({ poolSize: 1 });
    const failed = one.moments.atOnce(() => Promise.reject(new RangeError('no')));
    await expect(failed).rejects.toThrow('no');
    await one.moments.atOnce(({ posts }) => posts.post(app, user(v), 'nosuch'));
    const work = of.work(v, await of.post(a));
    await one.reactions.like(work, () => note('postChanged'));
    expect((await seen(work.postId as PostId)).likes.count).toBe(1);
  });
});
