import { selfConversationId, type Audience, type PostId } from '@queqiao/domain';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database, PostRecord, PostWork } from '../../src/index.js';
import { befriend, block, FriendRig, unfriend } from '../friends/friend-rig.js';
import { postLimits } from './moment-rig.js';
import { addUsers, app, note, StoreRig, unasked, user } from '../rig/store-rig.js';

let rig: StoreRig;
let db: Database;
let friends: FriendRig;
let pair = 0;
let a = '';
let b = '';
let asks = 0;

beforeAll(async () => {
  rig = await StoreRig.start();
  db = rig.open();
  friends = new FriendRig(db);
});
afterAll(() => rig.stop());
beforeEach(async () => {
  pair += 1;
  [a, b] = [`a${pair}`, `b${pair}`];
  await addUsers(db, a, b);
});

const all: Audience = { kind: 'friends', userIds: [], tags: [] };

function work(authorId: string, requestId = `post-${(asks += 1)}`): PostWork {
  const request = { actor: { kind: 'user', id: authorId } as const, requestId, method: 'Test' };
  return { ...unasked, request, authorId: user(authorId) };
}
async function post(authorId: string, text = 'x', audience = all): Promise<PostId> {
  const told = (postId: PostId) => note('postChanged', postId);
  const content = Buffer.from(text);
  const said = { content, audience, mentions: ['c'], limits: postLimits };
  return (await db.posts.create(work(authorId), said, told)).answer.postId;
}
const change = (authorId: string, postId: PostId, patch: Partial<PostRecord> | null) =>
  db.posts.change({ ...work(authorId), postId }, (found) => ({
    change: patch === null ? null : { patch, entry: note('postChanged', 'changed') },
    answer: found,
  }));
const feed = async (of: string): Promise<string[]> =>
  (
    await db.conversations.entries(app, selfConversationId(user(of)), { fromSeq: 1, toSeq: 100 })
  ).map(({ content }) => JSON.parse(Buffer.from(content).toString()) as string);
const seen = (by: string, postId: string) => db.posts.post(app, user(by), postId);

describe('a post', () => {
  it('is stored with an entry of its author’s feed, at the time of the database', async () => {
    const before = Date.now();
    const postId = await post(a, 'hello', { kind: 'only', userIds: [user(b)], tags: ['x'] });
    const viewed = await seen(a, postId);
    expect(viewed?.post).toEqual({
      postId,
      authorId: a,
      content: Buffer.from('hello'),
      audience: { kind: 'only', userIds: [b], tags: ['x'] },
      createdMs: viewed?.post.createdMs,
      editedMs: 0,
      revision: 0,
      state: 'present',
      shareCount: 0,
      mentions: ['c'],
    });
    expect(Math.abs((viewed?.post.createdMs ?? 0) - before)).toBeLessThan(60_000);
    expect(await feed(a)).toEqual([postId]);
    expect(await feed(b)).toEqual([]);
  });

  it('is made once by a repeated request', async () => {
    const asked = work(a);
    const make = () =>
      db.posts.create(
        asked,
        { content: Buffer.from('x'), audience: all, mentions: [], limits: postLimits },
        (id) => note('p', id),
      );
    const [one, two] = [await make(), await make()];
    expect(two.answer).toEqual(one.answer);
    expect(two.commit).toBeNull();
    const page = { before: null, limit: 10 };
    expect(await db.posts.postsOf(app, user(a), user(a), page)).toHaveLength(1);
  });

  it('is changed in what is set, by its author alone', async () => {
    const postId = await post(a);
    const edit = { content: Buffer.from('y'), mentions: ['d'], revision: 1, editedMs: 7 };
    expect((await change(b, postId, edit)).answer).toBeNull();
    expect((await seen(a, postId))?.post.revision).toBe(0);
    expect((await change(a, postId, edit)).answer).toMatchObject({ revision: 0 });
    expect((await seen(a, postId))?.post).toMatchObject({ ...edit, audience: all });
    await change(a, postId, { audience: { ...all, kind: 'private' }, state: 'removed' });
    const now = { ...edit, audience: { kind: 'private' }, state: 'removed' };
    expect((await seen(a, postId))?.post).toMatchObject(now);
    expect(await feed(a)).toEqual([postId, 'changed', 'changed']);
    expect((await change(a, postId, null)).commit).toBeNull();
    expect(await feed(b)).toEqual([]);
  });

  it('stays as it was when the decision refuses', async () => {
    const postId = await post(a);
    const refused = db.posts.change({ ...work(a), postId }, () => {
      throw new RangeError('no');
    });
    await expect(refused).rejects.toThrow('no');
    expect(await feed(a)).toEqual([postId]);
    expect(await seen(a, 'nosuch')).toBeNull();
  });
});

describe('what viewer and author are to each other', () => {
  const relation = async (by: string, postId: PostId) => (await seen(by, postId))?.relation;

  it('is nothing between strangers', async () => {
    const between = await relation(b, await post(a));
    expect(between).toMatchObject({ author: null, viewer: null, blocked: false, settings: {} });
    expect(Math.abs((between?.nowMs ?? 0) - Date.now())).toBeLessThan(60_000);
  });

  it('is each side’s row, as long as they are friends', async () => {
    const postId = await post(a);
    const hiding = (of: string, other: string, hides: object) => {
      const step = befriend(of, other);
      if (step.op !== 'friend') throw new Error('not a row');
      return { ...step, friend: { ...step.friend, ...hides } };
    };
    await friends.steps(a, b, hiding(a, b, { hideMyPosts: true }), befriend(b, a));
    const author = { tags: ['t'], hideMyPosts: true };
    expect(await relation(b, postId)).toMatchObject({ author, viewer: { hideTheirPosts: false } });
    await friends.steps(a, b, befriend(a, b), hiding(b, a, { hideTheirPosts: true }));
    const open = { author: { tags: ['t'], hideMyPosts: false }, viewer: { hideTheirPosts: true } };
    expect(await relation(b, postId)).toMatchObject(open);
    await friends.steps(a, b, unfriend(a, b), befriend(b, a));
    expect(await relation(b, postId)).toMatchObject({ author: null, viewer: {} });
    await friends.steps(a, b, befriend(a, b), unfriend(b, a));
    expect(await relation(b, postId)).toMatchObject({ author: {}, viewer: null });
  });

  it.each([0, 1])('has blocks of either side: %i', async (blocker) => {
    const [own, peer] = blocker === 0 ? [a, b] : [b, a];
    const postId = await post(a);
    await friends.change(own, peer, () => ({ steps: [block(true)], answer: () => null }));
    expect(await relation(b, postId)).toMatchObject({ blocked: true });
    await friends.change(own, peer, () => ({ steps: [block(false)], answer: () => null }));
    expect(await relation(b, postId)).toMatchObject({ blocked: false });
  });

  it('has the author’s settings', async () => {
    const postId = await post(a);
    const settings = { postsRange: 'threeDays' } as const;
    await db.users.change({ ...work(a), userId: user(a) }, () => ({
      patch: { settings },
      entry: () => note('profileChanged'),
      answer: () => null,
    }));
    expect(await relation(b, postId)).toMatchObject({ settings });
    expect(await relation(a, postId)).toMatchObject({ settings, author: null, viewer: null });
  });
});

describe('posts of one user', () => {
  it('come newest first, by id within a millisecond, and page by page', async () => {
    const ids = ['p1', 'p2', 'p3', 'p4'];
    for (const [n, id] of ids.entries()) {
      await rig.root.query(
        `INSERT INTO posts (app_id, post_id, author_id, content, audience, created_ms)
         VALUES (?, ?, ?, '', '{"kind":"friends","userIds":[],"tags":[]}', ?)`,
        [app, `${id}-${a}`, a, n < 3 ? 5 : 4],
      );
    }
    await post(b);
    const list = async (before: { createdMs: number; postId: string } | null, limit: number) =>
      (await db.posts.postsOf(app, user(b), user(a), { before, limit })).map(({ post: found }) =>
        found.postId.slice(0, 2),
      );
    expect(await list(null, 2)).toEqual(['p3', 'p2']);
    expect(await list({ createdMs: 5, postId: `p2-${a}` }, 2)).toEqual(['p1', 'p4']);
    expect(await list({ createdMs: 4, postId: `p4-${a}` }, 2)).toEqual([]);
  });
});
