import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { NOTICE_KEPT_MS, NOTICES_MAX_LOOK, type Database } from '../../src/index.js';
import { NoticeRig } from './notice-rig.js';
import { app, note, StoreRig, unasked, user } from '../rig/store-rig.js';

let stores: StoreRig;
let db: Database;
let rig: NoticeRig;
let ann = '';
let bob = '';
let carol = '';
let dave = '';

beforeAll(async () => {
  stores = await StoreRig.start();
  db = stores.open();
  rig = new NoticeRig(stores, db);
});
afterAll(() => stores.stop());
/** Ann's friends are bob, carol and dave; bob and carol are friends too. */
beforeEach(async () => {
  ann = await rig.user('ann');
  bob = await rig.user('bob');
  carol = await rig.user('carol');
  dave = await rig.user('dave');
  await rig.befriend(ann, bob, carol);
  await rig.befriend(ann, dave);
});

describe('who is told', () => {
  it('of a post: friends whom it mentions and who may see it', async () => {
    const stranger = await rig.user('eve');
    const only = { kind: 'only', userIds: [bob, dave], tags: [] };
    const postId = await rig.post(ann, [carol, ann, bob, stranger, 'nobody'], only);
    await rig.tell('mention', postId, ann);
    for (const id of [ann, carol, dave, stranger]) expect(await rig.shown(id)).toEqual([]);
    expect(await rig.feed(carol)).toEqual([]);
    const [notice] = await rig.list(bob);
    const words = { kind: 'mention', postId, actorId: ann, commentId: '' };
    expect(notice).toMatchObject({ ...words, unread: true, comment: null });
    expect(await rig.feed(bob)).toEqual([
      { seq: notice?.seq, kind: 'momentNoticed', about: words },
    ]);
    const made = await stores.rows(
      "SELECT 1 FROM conversations WHERE conversation_id = 's:nobody'",
    );
    expect(made).toEqual([]);
  });

  it('of a like: the author, and who liked or commented before and is a friend', async () => {
    const postId = await rig.post(ann);
    await rig.like(postId, carol, dave);
    await rig.comment(postId, carol);
    await rig.like(postId, bob);
    await rig.tell('like', postId, bob);
    expect(await rig.shown(ann)).toEqual([`like ${bob}`]);
    expect(await rig.shown(carol)).toEqual([`like ${bob}`]);
    expect(await rig.shown(dave)).toEqual([]);
    expect(await rig.shown(bob)).toEqual([]);
  });

  it('of a comment: the same, and whose comment it answers learns that alone', async () => {
    const postId = await rig.post(ann);
    const first = await rig.comment(postId, carol);
    const gone = await rig.comment(postId, dave);
    await rig.removeComment(gone);
    const answer = await rig.comment(postId, bob, first);
    await rig.tell('comment', postId, bob, answer);
    expect(await rig.shown(ann)).toEqual([`comment ${bob}`]);
    expect(await rig.shown(carol)).toEqual([`reply ${bob}`]);
    const answered = { commentId: first, authorId: carol };
    const comment = { commentId: answer, authorId: bob, text: 'well', createdMs: 7, answered };
    expect(await rig.list(carol)).toMatchObject([{ commentId: answer, comment }]);
    const author = await rig.comment(postId, ann);
    await rig.tell('comment', postId, ann, author);
    expect(await rig.shown(bob)).toEqual([`comment ${ann}`]);
    expect(await rig.shown(dave)).toEqual([]);
    expect(await rig.shown(ann)).toEqual([`comment ${bob}`]);
  });

  it('is nobody who had no part in it yet, however late the job is', async () => {
    await rig.befriend(bob, dave);
    const postId = await rig.post(ann);
    await rig.like(postId, bob, carol);
    const commentId = await rig.comment(postId, bob);
    const later = await rig.comment(postId, dave);
    await stores.rows('UPDATE likes SET created_ms = 8 WHERE user_id = ?', [carol]);
    const set = 'UPDATE comments SET created_ms = ? WHERE comment_id = ?';
    await stores.rows(set, [9, commentId]);
    await stores.rows(set, [10, later]);
    await rig.tell('like', postId, bob);
    await rig.tell('comment', postId, bob, commentId);
    expect(await rig.shown(ann)).toEqual([`comment ${bob}`, `like ${bob}`]);
    expect(await rig.shown(carol)).toEqual([`comment ${bob}`]);
    expect(await rig.shown(dave)).toEqual([]);
  });

  it('is not who has blocked the actor, nor whom the actor has', async () => {
    const postId = await rig.post(ann);
    await rig.like(postId, ann, carol, bob);
    await rig.block(ann, bob);
    await rig.block(bob, carol);
    await rig.tell('like', postId, bob);
    for (const id of [ann, carol]) expect(await rig.feed(id)).toEqual([]);
  });

  it('is nobody once it is undone', async () => {
    const postId = await rig.post(ann);
    await rig.tell('like', postId, bob);
    const commentId = await rig.comment(postId, bob);
    await rig.removeComment(commentId);
    await rig.tell('comment', postId, bob, commentId);
    expect(await rig.feed(ann)).toEqual([]);
  });

  it('is told once: of a like that comes again, of mentions as they are edited', async () => {
    const postId = await rig.post(ann, [bob]);
    await rig.like(postId, bob);
    for (let times = 0; times < 2; times += 1) {
      await rig.tell('like', postId, bob);
      await rig.tell('mention', postId, ann);
    }
    await rig.set(postId, 'mentions', [bob, carol]);
    await rig.tell('mention', postId, ann);
    for (const id of [ann, bob, carol]) expect(await rig.feed(id)).toHaveLength(1);
  });

  it('is told once of a comment, also when what it answers becomes another’s', async () => {
    const postId = await rig.post(ann);
    const first = await rig.comment(postId, carol);
    const answer = await rig.comment(postId, bob, first);
    await rig.tell('comment', postId, bob, answer);
    await stores.rows("UPDATE comments SET reply_to = '' WHERE comment_id = ?", [answer]);
    await rig.tell('comment', postId, bob, answer);
    expect(await rig.shown(carol)).toEqual([`reply ${bob}`]);
  });
});

describe('a notice', () => {
  /** Carol’s, of a mention, a like and an answer. */
  async function scene() {
    const postId = await rig.post(ann, [carol]);
    const own = await rig.comment(postId, carol);
    const commentId = await rig.comment(postId, bob, own);
    await rig.tell('mention', postId, ann);
    await rig.like(postId, bob);
    await rig.tell('like', postId, bob);
    await rig.tell('comment', postId, bob, commentId);
    const all = [`reply ${bob}`, `like ${bob}`, `mention ${ann}`];
    expect(await rig.shown(carol)).toEqual(all);
    return { postId, own, commentId, all };
  }

  it('goes with what it is about', async () => {
    const { postId, own, commentId, all } = await scene();
    const [reply, like, mention] = all;
    await rig.unlike(postId, bob);
    expect(await rig.shown(carol)).toEqual([reply, mention]);
    await rig.like(postId, bob);
    expect(await rig.shown(carol)).toEqual(all);
    await rig.removeComment(own);
    expect(await rig.list(carol)).toMatchObject([{ comment: { answered: null } }, {}, {}]);
    await rig.removeComment(commentId);
    expect(await rig.shown(carol)).toEqual([like, mention]);
    await rig.set(postId, 'mentions', [dave]);
    expect(await rig.shown(carol)).toEqual([like]);
    await rig.set(postId, 'state', 1);
    expect(await rig.shown(carol)).toEqual([]);
  });

  it('goes with a friendship and a block of either side, of the actor and of the author', async () => {
    const { all } = await scene();
    const mention = all[2];
    for (const [of, friend] of [
      [bob, carol],
      [carol, bob],
    ] as const) {
      await rig.friend(of, friend, 0);
      expect(await rig.shown(carol)).toEqual([mention]);
      await rig.friend(of, friend, 1);
      await rig.block(of, friend);
      expect(await rig.shown(carol)).toEqual([mention]);
      await stores.rows('DELETE FROM blocks');
      expect(await rig.shown(carol)).toEqual(all);
    }
    await rig.friend(ann, carol, 0);
    expect(await rig.shown(carol)).toEqual([]);
  });

  it('goes with the audience of the post, by id and by tag', async () => {
    const { postId, all } = await scene();
    const cases: [object, boolean][] = [
      [{ kind: 'private', userIds: [], tags: [] }, false],
      [{ kind: 'only', userIds: [carol], tags: [] }, true],
      [{ kind: 'only', userIds: [carol.toUpperCase()], tags: [] }, false],
      [{ kind: 'only', userIds: [], tags: ['work'] }, true],
      [{ kind: 'only', userIds: [], tags: ['play'] }, false],
      [{ kind: 'except', userIds: [carol], tags: [] }, false],
      [{ kind: 'except', userIds: [], tags: ['work'] }, false],
      [{ kind: 'except', userIds: [dave], tags: ['play'] }, true],
    ];
    const tags = 'UPDATE friends SET tags = \'["work"]\' WHERE user_id = ? AND friend_id = ?';
    await stores.rows(tags, [ann, carol]);
    for (const [audience, isShown] of cases) {
      await rig.set(postId, 'audience', audience);
      expect(await rig.shown(carol)).toEqual(isShown ? all : []);
    }
  });

  it('says what it answers only to who sees that', async () => {
    const postId = await rig.post(ann);
    const first = await rig.comment(postId, dave);
    // Bob and dave were friends once.
    const answer = await rig.comment(postId, bob, first);
    await rig.like(postId, carol);
    await rig.tell('comment', postId, bob, answer);
    const answered = { commentId: first, authorId: dave };
    expect(await rig.list(ann)).toMatchObject([{ comment: { answered } }]);
    expect(await rig.list(carol)).toMatchObject([{ comment: { answered: null } }]);
    await rig.befriend(carol, dave);
    expect(await rig.list(carol)).toMatchObject([{ comment: { answered } }]);
  });
});

/** Likes of a post of ann’s by so many users, some of which she does not see; their notices by rows. */
async function many(count: number, isSeen: (n: number) => boolean): Promise<string[]> {
  const postId = await rig.post(ann);
  const ids = Array.from({ length: count }, (_, n) => `m${String(n).padStart(4, '0')}-${ann}`);
  const seen = ids.filter((_, n) => isSeen(n));
  const friends = seen.flatMap((id) => [[ann, id] as const, [id, ann] as const]);
  const columns = 'app_id, user_id, friend_id, active, tags, created_ms, feed_seq';
  const rows = friends.map(([a, b]) => `('demo', '${a}', '${b}', 1, '[]', 1, 1)`);
  if (rows.length > 0) {
    await stores.rows(`INSERT INTO friends (${columns}) VALUES ${rows.join(', ')}`);
  }
  await rig.like(postId, ...ids);
  const notices = ids.map(
    (id, n) => `('demo', '${ann}', ${n + 1}, 'like', '${postId}', '${id}', '', 1)`,
  );
  await stores.rows(`INSERT INTO moment_notices VALUES ${notices.join(', ')}`);
  return seen.reverse();
}

describe('notices', () => {
  const page = async (before: number | null, limit: number, unreadOnly = false) => {
    const found = await db.notices.list(app, user(ann), { before, limit, unreadOnly });
    return { ids: found.notices.map(({ actorId }) => actorId), next: found.next };
  };
  async function walk(limit: number): Promise<string[]> {
    const ids: string[] = [];
    for (let before: number | null = null; ;) {
      const found = await page(before, limit);
      ids.push(...found.ids);
      if (found.next === null) return ids;
      before = found.next;
    }
  }

  it('are the same by pages of any size, and pages end where they have looked at enough', async () => {
    const seen = await many(NOTICES_MAX_LOOK + 5, (n) => n % 3 === 0 || n === 4);
    for (const limit of [1, 7, 100]) expect(await walk(limit)).toEqual(seen);
    expect(await db.notices.countUnread(app, user(ann))).toBe(seen.length);
    await stores.rows('UPDATE friends SET active = 0 WHERE user_id = ?', [ann]);
    expect(await page(null, 50)).toEqual({ ids: [], next: 6 });
    expect(await page(6, 50)).toEqual({ ids: [], next: null });
  });

  it('end with the last one that fills a page', async () => {
    await many(4, () => true);
    expect((await page(null, 4)).next).toBeNull();
    expect((await page(null, 3)).next).toBe(2);
  });

  const mark = (throughSeq: number) =>
    db.notices.markRead({ ...unasked, request: null, userId: user(ann), throughSeq }, (seq) =>
      note('momentNoticesRead', seq),
    );
  const unread = async () => (await rig.list(ann, true)).map(({ seq }) => seq);

  it('are read up to a mark that moves forward, which the feed tells once', async () => {
    const postId = await rig.post(ann);
    await rig.like(postId, bob, carol);
    await rig.tell('like', postId, bob);
    await rig.tell('like', postId, carol);
    expect(await unread()).toEqual([2, 1]);
    expect((await mark(1)).commit).toMatchObject({ entries: [{ seq: 3 }] });
    expect(await unread()).toEqual([2]);
    expect(await rig.list(ann)).toMatchObject([
      { seq: 2, unread: true },
      { seq: 1, unread: false },
    ]);
    for (const seq of [1, 0]) expect((await mark(seq)).commit).toBeNull();
    expect(await unread()).toEqual([2]);
    // Nothing that is not there yet is read.
    await mark(Number.MAX_SAFE_INTEGER);
    expect((await mark(Number.MAX_SAFE_INTEGER)).commit).toBeNull();
    expect(await unread()).toEqual([]);
    await rig.like(postId, dave);
    await rig.tell('like', postId, dave);
    expect(await unread()).toEqual([5]);
    const told = (await rig.feed(ann)).filter(({ kind }) => kind === 'momentNoticesRead');
    expect(told.map(({ about }) => about)).toEqual([1, 3]);
  });

  it('are kept for a while', async () => {
    const postId = await rig.post(ann, [bob, carol]);
    await rig.tell('mention', postId, ann);
    await stores.rows(
      "INSERT IGNORE INTO apps (app_id, name, settings, created_ms) VALUES ('demo', 'Demo', '{}', 0)",
    );
    const age = 'UPDATE moment_notices SET created_ms = created_ms - ? WHERE user_id = ?';
    await stores.rows('DELETE FROM moment_notices WHERE post_id <> ?', [postId]);
    await stores.rows(age, [NOTICE_KEPT_MS + 1, bob]);
    await stores.rows(age, [NOTICE_KEPT_MS - 60_000, carol]);
    expect(await db.notices.prune(10)).toBe(1);
    expect(await rig.shown(bob)).toEqual([]);
    expect(await rig.shown(carol)).toEqual([`mention ${ann}`]);
  });
});
