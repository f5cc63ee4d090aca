import type { Content } from '@queqiao/protocol/client';
import {
  MomentServiceDefinition as AppMoments,
  MomentState,
  type ExportRecord,
} from '@queqiao/protocol/server';
import { eventually, queryRows, type TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApiRig, failureOf, newId, type UserCall } from '../rig/api-rig.js';
import { audience, MomentRig, type Person } from './moment-rig.js';

let rig: ApiRig;
let app: TestApp;
let moments: MomentRig;
let backEnd: UserCall;
let ann: Person;
let bob: Person;

beforeAll(async () => {
  rig = await ApiRig.start(2);
  app = await rig.createApp('demo');
  moments = new MomentRig(rig, app);
  backEnd = rig.backEndCalls(app, 1);
});
afterAll(() => rig.stop());
beforeEach(async () => {
  ann = await moments.user('ann');
  bob = await moments.user('bob');
  await moments.befriend([ann, bob]);
});

const NO_POST = { code: 'NOT_FOUND', field: 'post_id' };
const id = () => ({ clientRequestId: newId() });

async function noJobs(): Promise<boolean> {
  return (await queryRows(rig.database.url, 'SELECT 1 FROM moment_jobs')).length === 0;
}

async function told(who: Person): Promise<Content['body'][]> {
  const device = await rig.signedIn(app, who.id);
  const { entries } = await device.pull({ conversationId: `s:${who.id}` });
  const bodies = entries.map(({ content }) => content?.body);
  return bodies.filter((body) => body?.$case === 'postChanged');
}

/** Rows as they stand, where a call would give them the time of now. */
async function insert(table: string, ...rows: Record<string, string | number>[]): Promise<void> {
  const [first = {}] = rows;
  const literal = (value: string | number) => (typeof value === 'number' ? value : `'${value}'`);
  const values = rows.map((row) => `('demo',${Object.values(row).map(literal).join(',')})`);
  const columns = ['app_id', ...Object.keys(first)].join(',');
  const sql = `INSERT INTO ${table} (${columns}) VALUES ${values.join(',')}`;
  await queryRows(rig.database.url, sql);
}

const post = (post_id: string, author: Person, created_ms: number, state = 0) => ({
  post_id,
  author_id: author.id,
  content: '',
  audience: '{"kind":"friends","userIds":[],"tags":[]}',
  created_ms,
  state,
});
const comment = (post_id: string, comment_id: string, writer: Person, created_ms: number) => ({
  post_id,
  comment_id,
  author_id: writer.id,
  created_ms,
  text: `${comment_id} says`,
});

async function listed(request: object): Promise<string[]> {
  const ids: string[] = [];
  for (let pageToken = ''; ;) {
    const page = await backEnd(AppMoments, 'listPosts', { ...request, pageToken });
    ids.push(...page.posts.map(({ postId }) => postId));
    if (page.nextPageToken === '') return ids;
    pageToken = page.nextPageToken;
  }
}

describe('a back end', () => {
  it('sees posts whoever they are for, of one user and of the app, newest first', async () => {
    const mine = await ann.post('for me', { audience: audience('PRIVATE') });
    const few = await bob.post('for few', { audience: audience('ONLY', [ann.id], ['a']) });
    const gone = await ann.post('gone');
    await ann.delete(gone);
    expect(await listed({ userId: ann.id })).toEqual([mine]);
    expect(await listed({ userId: ann.id, includeGone: true, limit: 1 })).toEqual([gone, mine]);
    expect((await listed({ limit: 50 })).slice(0, 2)).toEqual([few, mine]);
    expect((await listed({ includeGone: true, limit: 1 })).slice(0, 3)).toEqual([gone, few, mine]);
    const { post: got } = await backEnd(AppMoments, 'getPost', { postId: few });
    expect(got).toMatchObject({
      authorId: bob.id,
      content: { text: 'for few' },
      audience: audience('ONLY', [ann.id], ['a']),
      state: MomentState.PRESENT,
      shareCount: 0,
    });
    const { post: nothing } = await backEnd(AppMoments, 'getPost', { postId: gone });
    expect(nothing).toMatchObject({ state: MomentState.DELETED, content: { text: '' } });
  });

  it('takes a post from everybody and gives it back as it was, and its author is told', async () => {
    const postId = await ann.post('hm');
    await bob.comment(postId, 'indeed');
    await backEnd(AppMoments, 'removePost', { ...id(), postId });
    for (const who of [ann, bob]) expect(await failureOf(who.get(postId))).toEqual(NO_POST);
    expect(await failureOf(ann.edit(postId, 'hm hm'))).toEqual(NO_POST);
    const seen = (await backEnd(AppMoments, 'getPost', { postId })).post;
    expect(seen).toMatchObject({ state: MomentState.REMOVED, content: { text: 'hm' } });
    expect(await listed({ userId: ann.id })).toEqual([]);
    expect(await listed({ userId: ann.id, includeGone: true })).toEqual([postId]);
    await backEnd(AppMoments, 'restorePost', { ...id(), postId });
    await eventually('jobs end', noJobs);
    for (const who of [ann, bob]) {
      const back = await who.get(postId);
      expect(back.content?.text).toBe('hm');
      expect(back.comments?.comments.map(({ text }) => text)).toEqual(['indeed']);
    }
    const change = (removed: boolean) => ({ $case: 'postChanged', value: { postId, removed } });
    expect(await told(ann)).toEqual([change(false), change(true), change(false)]);
    // Of his own comment.
    expect(await told(bob)).toHaveLength(1);
  });

  it('brings a post back also into the timeline of who became a friend meanwhile', async () => {
    const postId = await ann.post('late');
    await backEnd(AppMoments, 'removePost', { ...id(), postId });
    const carol = await moments.user('carol');
    await moments.befriend([ann, carol]);
    await eventually('jobs end', noJobs);
    await backEnd(AppMoments, 'restorePost', { ...id(), postId });
    const where = `app_id = 'demo' AND user_id = '${carol.id}' AND post_id = '${postId}'`;
    const refs = () => queryRows(rig.database.url, `SELECT 1 FROM timeline_refs WHERE ${where}`);
    await eventually('the post is in the timeline', async () => (await refs()).length > 0);
    expect(await refs()).toHaveLength(1);
  });

  it('does it once, however often it is asked, and never to what is deleted or not there', async () => {
    const postId = await ann.post('once');
    const request = { ...id(), postId };
    await backEnd(AppMoments, 'removePost', request);
    await backEnd(AppMoments, 'restorePost', { ...id(), postId });
    await backEnd(AppMoments, 'restorePost', { ...id(), postId });
    await rig.backEndCalls(app)(AppMoments, 'removePost', request);
    expect((await ann.get(postId)).content?.text).toBe('once');
    expect(await told(ann)).toHaveLength(3);
    await ann.delete(postId);
    for (const missing of [postId, 'nosuch']) {
      for (const method of ['removePost', 'restorePost'] as const) {
        const call = backEnd(AppMoments, method, { ...id(), postId: missing });
        expect(await failureOf(call)).toEqual(NO_POST);
      }
    }
    expect(await failureOf(listed({ userId: 'nobody' }))).toMatchObject({ field: 'user_id' });
  });
});

describe('comments', () => {
  it('are listed whoever sees them, and one is taken from everybody, its writer being told', async () => {
    const postId = await ann.post('talk');
    const carol = await moments.user('carol');
    await insert('comments', comment(postId, 'c2', carol, 2), comment(postId, 'c1', bob, 2));
    await insert('comments', { ...comment(postId, 'c0', bob, 1), state: 3 });
    const list = async (request: object) => {
      const answer = await backEnd(AppMoments, 'listComments', { postId, ...request });
      return answer.comments.map(({ commentId }) => commentId);
    };
    expect(await list({})).toEqual(['c1', 'c2']);
    expect(await list({ includeGone: true })).toEqual(['c0', 'c1', 'c2']);
    expect((await ann.commentsOf(postId)).map(({ commentId }) => commentId)).toContain('c1');
    await backEnd(AppMoments, 'removeComment', { ...id(), postId, commentId: 'c1' });
    for (const who of [ann, bob]) {
      const seen = (await who.commentsOf(postId)).map(({ commentId }) => commentId);
      expect(seen).not.toContain('c1');
    }
    const one = await backEnd(AppMoments, 'listComments', { postId, limit: 1, includeGone: true });
    const { comments, nextPageToken } = await backEnd(AppMoments, 'listComments', {
      postId,
      includeGone: true,
      pageToken: one.nextPageToken,
    });
    expect(nextPageToken).toBe('');
    expect(comments).toMatchObject([
      { commentId: 'c1', authorId: bob.id, text: 'c1 says', state: MomentState.REMOVED },
      { commentId: 'c2', authorId: carol.id, state: MomentState.PRESENT },
    ]);
    expect(await told(bob)).toEqual([{ $case: 'postChanged', value: { postId, removed: false } }]);
    await backEnd(AppMoments, 'removeComment', { ...id(), postId, commentId: 'c1' });
    expect(await told(bob)).toHaveLength(1);
    const again = { ...id(), postId, commentId: 'c2' };
    await backEnd(AppMoments, 'removeComment', again);
    for (const commentId of ['c0', 'nosuch']) {
      const call = backEnd(AppMoments, 'removeComment', { ...id(), postId, commentId });
      expect(await failureOf(call)).toEqual({ code: 'NOT_FOUND', field: 'comment_id' });
    }
    await ann.delete(postId);
    await backEnd(AppMoments, 'removeComment', again);
    const late = backEnd(AppMoments, 'removeComment', { ...again, ...id() });
    expect(await failureOf(late)).toEqual({ code: 'NOT_FOUND', field: 'post_id' });
  });
});

/** A record by its kind and id. */
function nameOf({ record }: ExportRecord): string {
  switch (record?.$case) {
    case 'post':
      return record.value.postId;
    case 'like':
      return `${record.value.postId}+${record.value.userId}`;
    case 'comment':
      return `${record.value.postId}:${record.value.commentId}`;
    case undefined:
      return '';
  }
}

interface Exported {
  readonly names: string[];
  readonly pageToken: string;
}

async function exported(request: object, pageToken = ''): Promise<Exported> {
  const names: string[] = [];
  for (;;) {
    const page = await backEnd(AppMoments, 'exportPosts', { ...request, pageToken });
    names.push(...page.records.map(nameOf));
    pageToken = page.nextPageToken;
    if (!page.more) return { names, pageToken };
  }
}

describe('an export', () => {
  it('has every post with what was said about it, whatever the size of its pages', async () => {
    const posts = Array.from({ length: 60 }, (_, n) => `x-${String(n).padStart(2, '0')}`);
    await insert('posts', ...posts.map((name, n) => post(name, ann, 100 + n)));
    const fans = Array.from({ length: 230 }, (_, n) => `fan-${String(n).padStart(3, '0')}`);
    const likes = (post_id: string, users: string[]) =>
      users.map((user_id) => ({ post_id, user_id, created_ms: 5 }));
    await insert('likes', ...likes('x-03', fans), ...likes('x-04', [bob.id]));
    const said = Array.from({ length: 120 }, (_, n) => `c${String(n).padStart(3, '0')}`);
    await insert('comments', ...said.map((name, n) => comment('x-03', name, bob, n)));
    const wanted = posts.flatMap((name) => [
      name,
      ...(name === 'x-03' ? fans.map((fan) => `x-03+${fan}`) : []),
      ...(name === 'x-03' ? said.map((each) => `x-03:${each}`) : []),
      ...(name === 'x-04' ? [`x-04+${bob.id}`] : []),
    ]);
    for (const limit of [1, 7, 100, 500]) {
      expect((await exported({ userId: ann.id, limit })).names, String(limit)).toEqual(wanted);
    }
  });

  it('goes on with its last token, and leaves young posts to a later call', async () => {
    await insert('posts', post('y-1', bob, 10), post('y-2', bob, 20, 1), post('y-3', bob, 30, 2));
    await insert('comments', comment('y-2', 'c', ann, 21), comment('y-3', 'c', ann, 31));
    await bob.post('young');
    const { names, pageToken } = await exported({ userId: bob.id });
    expect(names).toEqual(['y-1', 'y-2', 'y-3', 'y-3:c']);
    expect(await exported({ userId: bob.id }, pageToken)).toEqual({ names: [], pageToken });
    await insert('comments', comment('y-3', 'd', ann, 32));
    await insert('posts', post('y-4', bob, 40));
    expect((await exported({ userId: bob.id }, pageToken)).names).toEqual(['y-3:d', 'y-4']);
  });

  it('of the whole app has the posts of all, by time', async () => {
    await insert(
      'posts',
      post('z-1', bob, 2_001),
      post('z-2', ann, 2_002),
      post('z-3', bob, 2_003),
    );
    const { names } = await exported({});
    const first = names.indexOf('z-1');
    expect(names.slice(first, first + 3)).toEqual(['z-1', 'z-2', 'z-3']);
    const nobody = await moments.user('nobody');
    expect(await exported({ userId: nobody.id })).toEqual({ names: [], pageToken: '' });
  });

  it('cuts a page at a MiB, and still has all', async () => {
    const text = 'x'.repeat(60_000);
    const many = Array.from({ length: 30 }, (_, n) => `w-${String(n).padStart(2, '0')}`);
    const carol = await moments.user('carol');
    const rows = many.map((name, n) => ({ ...post(name, carol, 3_000 + n), content: '' }));
    await insert('posts', ...rows);
    // Field 1, of 60,000 bytes.
    const content = `CONCAT(X'0AE0D403', '${text}')`;
    const where = `app_id = 'demo' AND author_id = '${carol.id}'`;
    await queryRows(rig.database.url, `UPDATE posts SET content = ${content} WHERE ${where}`);
    const page = await backEnd(AppMoments, 'exportPosts', { userId: carol.id });
    expect(page.records).toHaveLength(17);
    expect((await exported({ userId: carol.id })).names).toEqual(many);
    const newest = await backEnd(AppMoments, 'listPosts', { userId: carol.id, limit: 50 });
    expect(newest.posts).toHaveLength(17);
    expect(await listed({ userId: carol.id, limit: 50 })).toEqual([...many].reverse());
  });
});
