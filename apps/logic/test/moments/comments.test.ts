import {
  CommentServiceDefinition as Comments,
  MomentServiceDefinition as Moments,
  type Comment,
  type Content,
  type Post,
} from '@queqiao/protocol/client';
import { eventually, queryRows, type TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { BINDING_CHARS } from '../../src/api/page-token.js';
import { callWith, doorsOf, type JsonObject } from '../rig/any-door.js';
import { ApiRig, failureOf, newId } from '../rig/api-rig.js';
import { audience, MomentRig, type Person } from './moment-rig.js';

let rig: ApiRig;
let app: TestApp;
let moments: MomentRig;
let ann: Person;
let bob: Person;
let carol: Person;
let dave: Person;
let postId: string;

beforeAll(async () => {
  rig = await ApiRig.start(2);
  app = await rig.createApp('demo', { maxCommentTextBytes: 100, maxCommentsPerPost: 4 });
  moments = new MomentRig(rig, app);
});
afterAll(() => rig.stop());
/** All are friends of ann's, and bob and carol of each other. */
beforeEach(async () => {
  ann = await moments.user('ann');
  bob = await moments.user('bob');
  carol = await moments.user('carol');
  dave = await moments.user('dave');
  await moments.befriend([ann, bob], [ann, carol], [ann, dave], [bob, carol]);
  postId = await ann.post('hello');
});

const NO_POST = { code: 'NOT_FOUND', field: 'post_id' };
const noComment = (field: string) => ({ code: 'NOT_FOUND', field });
const texts = (comments: readonly Comment[] | undefined) =>
  (comments ?? []).map(({ text }) => text);

async function told(who: Person): Promise<Content['body'][]> {
  const device = await rig.signedIn(app, who.id, 1);
  const { entries } = await device.pull({ conversationId: `s:${who.id}` });
  const bodies = entries.map(({ content }) => content?.body);
  return bodies.filter((body) => body?.$case === 'postChanged');
}

/** What somebody sees under the post, wherever it is shown: that all answers agree is part of the rule. */
async function under(who: Person): Promise<{ likes: string[]; comments: string[] }> {
  const post = await who.get(postId);
  const listed = await who.call(Moments, 'listPosts', { userId: ann.id });
  const timeline = await who.call(Moments, 'listTimeline', {});
  const one = (posts: readonly Post[]) => posts.find((each) => each.postId === postId);
  expect([one(listed.posts), one(timeline.posts)]).toEqual([post, post]);
  const likes = await who.likesOf(postId, 1);
  const comments = await who.commentsOf(postId, 2);
  expect(post.likes).toMatchObject({ count: likes.length, userIds: likes, countIsBound: false });
  expect(post.likes?.mine).toBe(likes.includes(who.id));
  expect(post.comments).toEqual({ count: comments.length, countIsBound: false, comments });
  return { likes, comments: texts(comments) };
}

/** What comes of whatever is tried. */
async function refusals(who: Person, id: string, commentId: string): Promise<object[]> {
  const tries = [
    () => who.react('likePost', id),
    () => who.react('unlikePost', id),
    () => who.react('sharePost', id),
    () => who.comment(id, 'x'),
    () => who.comment(id, 'x', commentId),
    () => who.deleteComment(id, commentId),
    () => who.likesOf(id),
    () => who.commentsOf(id),
  ];
  const found: object[] = [];
  for (const attempt of tries) found.push(await failureOf(attempt()));
  return found;
}
const ALL_NO_POST = Array.from({ length: 8 }, () => NO_POST);

const inTimelines = () =>
  eventually('jobs are done', async () => {
    const [row] = await queryRows(rig.database.url, 'SELECT COUNT(*) AS n FROM moment_jobs');
    return row?.['n'] === 0;
  });

describe('what is under a post', () => {
  it('is seen by its writer, the author and the writer’s friends, and counted so', async () => {
    await inTimelines();
    for (const who of [bob, carol, dave, ann]) {
      await who.react('likePost', postId);
      await who.comment(postId, `by ${who.id}`);
    }
    const by = (...people: Person[]) => ({
      likes: people.map(({ id }) => id),
      comments: people.map(({ id }) => `by ${id}`),
    });
    expect(await under(ann)).toEqual(by(bob, carol, dave, ann));
    expect(await under(bob)).toEqual(by(bob, carol, ann));
    expect(await under(carol)).toEqual(by(bob, carol, ann));
    expect(await under(dave)).toEqual(by(dave, ann));
    await bob.act('deleteFriend', carol);
    expect(await under(carol)).toEqual(by(carol, ann));
    expect(await under(bob)).toEqual(by(bob, ann));
    await moments.befriend([bob, carol], [carol, dave]);
    expect(await under(carol)).toEqual(by(bob, carol, dave, ann));
    await carol.act('blockUser', bob);
    expect([await under(bob), await under(carol)]).toEqual([by(bob, ann), by(carol, dave, ann)]);
    await carol.act('unblockUser', bob);
    expect(await under(bob)).toEqual(by(bob, carol, ann));
    // The author does not see any more what a former friend said; that one does not see the post.
    await bob.act('deleteFriend', ann);
    expect(await under(ann)).toEqual(by(carol, dave, ann));
    expect(await under(carol)).toEqual(by(bob, carol, dave, ann));
    expect(await failureOf(bob.get(postId))).toEqual(NO_POST);
  });

  it('comes with a post that is new in a timeline', async () => {
    const { newerToken } = await bob.call(Moments, 'listTimeline', {});
    const fresh = await ann.post('fresh');
    await ann.comment(fresh, 'first');
    await inTimelines();
    const { posts } = await bob.call(Moments, 'listNewPosts', { newerToken });
    const found = posts.find((post) => post.postId === fresh);
    expect(texts(found?.comments?.comments)).toEqual(['first']);
  });

  it('names the answered comment to those who see that one, as long as it is there', async () => {
    const first = await dave.comment(postId, 'first');
    await ann.comment(postId, 'second', first);
    const answer = async (who: Person) => {
      const comments = await who.commentsOf(postId);
      const { replyToCommentId, replyToUserId } =
        comments.find(({ text }) => text === 'second') ?? {};
      return [replyToCommentId, replyToUserId];
    };
    expect(await answer(dave)).toEqual([first, dave.id]);
    expect(await answer(bob)).toEqual(['', '']);
    await moments.befriend([bob, dave]);
    expect(await answer(bob)).toEqual([first, dave.id]);
    await dave.deleteComment(postId, first);
    for (const who of [ann, bob, dave]) expect(await answer(who)).toEqual(['', '']);
  });

  it('is gone with the post', async () => {
    const commentId = await bob.comment(postId, 'hm');
    await bob.react('likePost', postId);
    await ann.delete(postId);
    for (const who of [ann, bob]) {
      expect(await refusals(who, postId, commentId)).toEqual(ALL_NO_POST);
    }
    await eventually('nothing that was said stays behind', async () => {
      const found = `SELECT user_id FROM likes WHERE post_id = ?
        UNION ALL SELECT comment_id FROM comments WHERE post_id = ? AND text <> ''`;
      return (await queryRows(rig.database.url, found, [postId, postId])).length === 0;
    });
  });
});

describe('who does not see a post', () => {
  it('finds none to like, share or comment, nor what is under it', async () => {
    const secret = await ann.post('secret', { audience: audience('EXCEPT', [dave.id]) });
    const commentId = await bob.comment(secret, 'hm');
    for (const id of [secret, 'nosuch']) {
      expect(await refusals(dave, id, commentId)).toEqual(ALL_NO_POST);
    }
    expect((await bob.get(secret)).shareCount).toBe(0);
    expect(texts(await ann.commentsOf(secret))).toEqual(['hm']);
  });
});

describe('a comment', () => {
  it('is taken away by its writer, and by the author of the post whoever wrote it', async () => {
    const [mine, theirs] = [await bob.comment(postId, 'one'), await carol.comment(postId, 'two')];
    const third = await dave.comment(postId, 'three');
    const others = { code: 'PERMISSION_DENIED', field: 'comment_id' };
    expect(await failureOf(bob.deleteComment(postId, theirs))).toEqual(others);
    // Not seen, so not there.
    expect(await failureOf(bob.deleteComment(postId, third))).toEqual(noComment('comment_id'));
    await bob.deleteComment(postId, mine);
    await ann.deleteComment(postId, theirs);
    await dave.act('deleteFriend', ann);
    await ann.deleteComment(postId, third);
    expect((await under(ann)).comments).toEqual([]);
    const again = failureOf(bob.deleteComment(postId, mine));
    expect(await again).toEqual(noComment('comment_id'));
    const rows = await queryRows(
      rig.database.url,
      'SELECT text, state FROM comments WHERE post_id = ? ORDER BY created_ms, comment_id',
      [postId],
    );
    expect(rows.map(({ text, state }) => [text, state])).toEqual([
      ['', 1],
      ['', 3],
      ['', 3],
    ]);
  });

  it('answers one of the same post that its writer sees', async () => {
    const first = await dave.comment(postId, 'first');
    const gone = await bob.comment(postId, 'gone');
    await bob.deleteComment(postId, gone);
    const elsewhere = await bob.comment(await ann.post('other'), 'there');
    for (const id of [first, gone, elsewhere, 'nosuch']) {
      const answer = failureOf(bob.comment(postId, 'x', id));
      expect(await answer).toEqual(noComment('reply_to_comment_id'));
    }
    expect((await under(ann)).comments).toEqual(['first']);
  });

  it('beyond a limit of the app names the text, or the limit', async () => {
    const long = await failureOf(bob.comment(postId, '鹊'.repeat(34)));
    expect(long).toEqual({ code: 'LIMIT_EXCEEDED', field: 'text' });
    for (const text of ['1', '2', '3']) {
      await ann.deleteComment(postId, await bob.comment(postId, text));
    }
    await bob.comment(postId, 'x'.repeat(100));
    const fifth = { code: 'LIMIT_EXCEEDED', field: 'maxCommentsPerPost' };
    expect(await failureOf(ann.comment(postId, 'x'))).toEqual(fifth);
  });
});

describe('a list', () => {
  const tokenOf = (...parts: unknown[]) => Buffer.from(JSON.stringify(parts)).toString('base64url');

  it('goes on from wherever a token says, made up or not', async () => {
    for (const who of [ann, bob]) {
      await who.react('likePost', postId);
      await who.comment(postId, who.id);
    }
    const [far, none] = [Number.MAX_SAFE_INTEGER, ''];
    // What binds a token to its list; behind it stands what is made up here.
    const one = { postId, limit: 1 };
    const binding = (token: string) => token.slice(0, BINDING_CHARS);
    const likes = binding((await bob.call(Comments, 'listLikes', one)).nextPageToken);
    const comments = binding((await bob.call(Comments, 'listComments', one)).nextPageToken);
    const liked = (pageToken: string) =>
      bob.call(Comments, 'listLikes', { postId, pageToken: likes + pageToken });
    const said = (pageToken: string) =>
      bob.call(Comments, 'listComments', { postId, pageToken: comments + pageToken });
    for (const [pageToken, found] of [
      [tokenOf(0, none), 2],
      [tokenOf(-far, 'zzz'), 2],
      [tokenOf(far, 'x'.repeat(64)), 0],
    ] as const) {
      expect((await liked(pageToken)).likes).toHaveLength(found);
      expect((await said(pageToken)).comments).toHaveLength(found);
    }
    const strange = [tokenOf(0, '鹊'), tokenOf(0, "\u0000'; -- \\"), tokenOf(0, 'x'.repeat(65))];
    for (const pageToken of [...strange, tokenOf(1.5, none), tokenOf(1), tokenOf('1', none), '!']) {
      const refused = { code: 'INVALID_ARGUMENT', field: 'page_token' };
      expect(await failureOf(liked(pageToken))).toEqual(refused);
      expect(await failureOf(said(pageToken))).toEqual(refused);
    }
  });

  it('goes on where it was while others come and go', async () => {
    const first = await ann.comment(postId, '1');
    await ann.comment(postId, '2');
    const third = await bob.comment(postId, '3');
    const request = { postId, limit: 2 };
    const page = await carol.call(Comments, 'listComments', request);
    await ann.deleteComment(postId, first);
    await bob.deleteComment(postId, third);
    await bob.comment(postId, '4');
    const next = { ...request, pageToken: page.nextPageToken };
    const rest = await carol.call(Comments, 'listComments', next);
    expect([...texts(page.comments), ...texts(rest.comments)]).toEqual(['1', '2', '4']);
    expect(rest.nextPageToken).toBe('');
  });
});

describe('what users do', () => {
  it('is told to their own devices, and done once however often it is asked for', async () => {
    const change = { $case: 'postChanged', value: { postId, removed: false } };
    const request = { clientRequestId: newId(), postId };
    const other = await rig.calls(app, bob.id, 1);
    await bob.call(Comments, 'likePost', request);
    await other(Comments, 'likePost', request);
    await bob.react('likePost', postId);
    expect(await told(bob)).toEqual([change]);
    await bob.react('unlikePost', postId);
    await bob.react('unlikePost', postId);
    const said = { clientRequestId: newId(), postId, text: 'once' };
    const one = await bob.call(Comments, 'createComment', said);
    expect(await other(Comments, 'createComment', said)).toEqual(one);
    const [comment] = await bob.commentsOf(postId);
    expect(comment).toMatchObject({ ...one, text: 'once', authorId: bob.id });
    const shared = { clientRequestId: newId(), postId };
    expect(await bob.call(Comments, 'sharePost', shared)).toEqual({ shareCount: 1 });
    expect(await other(Comments, 'sharePost', shared)).toEqual({ shareCount: 1 });
    expect(await carol.react('sharePost', postId)).toEqual({ shareCount: 2 });
    expect((await ann.get(postId)).shareCount).toBe(2);
    expect(await told(bob)).toEqual([change, change, change, change]);
    const taken = { code: 'ALREADY_EXISTS', field: 'client_request_id' };
    expect(await failureOf(bob.call(Comments, 'unlikePost', request))).toEqual(taken);
  });

  it('is done through every door', async () => {
    const doors = await doorsOf(rig, app, carol.id);
    for (const door of doors.user) {
      const own = await ann.post(`for ${door.name}`);
      const call = async (method: string, more: JsonObject = {}): Promise<JsonObject> => {
        const path = `queqiao.client.v1.CommentService/${method}`;
        const request: JsonObject = { post_id: own, ...more };
        if (!method.startsWith('List')) request['client_request_id'] = newId();
        return (await callWith(door, path, request)) as JsonObject;
      };
      await call('LikePost');
      expect(await call('SharePost')).toEqual({ shareCount: 1 });
      const made = await call('CreateComment', { text: 'by me' });
      const { commentId = '' } = made;
      await call('CreateComment', { text: 'again', reply_to_comment_id: commentId });
      expect(await call('ListLikes')).toMatchObject({ likes: [{ userId: carol.id }] });
      expect(await call('ListComments')).toMatchObject({
        comments: [{ text: 'by me' }, { replyToCommentId: commentId, replyToUserId: carol.id }],
        nextPageToken: '',
      });
      await call('UnlikePost');
      await call('DeleteComment', { comment_id: commentId });
      expect(await call('ListLikes')).toMatchObject({ likes: [] });
      expect(await call('ListComments')).toMatchObject({ comments: [{ replyToCommentId: '' }] });
      door.close();
    }
  });
});
