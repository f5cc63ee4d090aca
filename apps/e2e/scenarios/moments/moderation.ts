import {
  CommentServiceDefinition as Comments,
  MomentServiceDefinition as Moments,
  PostContent,
} from '@queqiao/protocol/client';
import { MomentServiceDefinition as AppMoments, MomentState } from '@queqiao/protocol/server';
import type { TestCluster } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { befriend } from '../../src/stage/befriend.js';
import type { Person } from '../../src/stage/person.js';
import { businessOf, useStage } from '../../src/stage/stage.js';
import {
  audience,
  changed,
  comesTo,
  noticed,
  noticesOf,
  post,
  postsOf,
  saying,
  textsOf,
  timelineOf,
  toldByApp,
  unreadOf,
} from './moment-reads.js';

const NO_POST = 'NOT_FOUND post_id';
const NO_COMMENT = 'NOT_FOUND comment_id';

export function moderation(cluster: () => TestCluster): void {
  const stage = useStage(cluster, 'moderation');
  let postId = '';
  let commentId = '';

  /** What posts say, by pages of two. */
  async function listed(request: object): Promise<(string | undefined)[]> {
    const texts: (string | undefined)[] = [];
    for (let pageToken = ''; ;) {
      const whole = { ...request, pageToken, limit: 2 };
      const page = await stage().business.reads(AppMoments, 'listPosts', whole);
      texts.push(...page.posts.map(({ content }) => content?.text));
      if (page.nextPageToken === '') return texts;
      pageToken = page.nextPageToken;
    }
  }

  async function stateOf(id: string): Promise<MomentState | undefined> {
    return (await stage().business.reads(AppMoments, 'getPost', { postId: id })).post?.state;
  }

  /** Alice posts something that mentions bob, which carol comments and bob likes. */
  async function happens(content: PostContent): Promise<void> {
    const [alice, bob, carol] = stage().cast;
    ({ postId } = await alice.does(Moments, 'createPost', { content }));
    await changed(alice, postId);
    await noticed(bob, 'MENTION', 'alice', postId);
    ({ commentId } = await carol.does(Comments, 'createComment', { postId, text: 'c1' }));
    await changed(carol, postId);
    await noticed(alice, 'COMMENT', 'carol', postId);
    await bob.does(Comments, 'likePost', { postId });
    await changed(bob, postId);
    await noticed(alice, 'LIKE', 'bob', postId);
  }

  async function isGoneFor(person: Person): Promise<void> {
    expect(await person.refused(Moments, 'getPost', { postId })).toBe(NO_POST);
    expect(await postsOf(person, 'alice')).not.toContain('hm');
    expect(textsOf(await timelineOf(person))).not.toContain('hm');
    expect(await noticesOf(person)).toEqual([]);
    expect(await unreadOf(person)).toBe(0);
    for (const name of ['likePost', 'createComment', 'listLikes', 'listComments'] as const) {
      expect(await person.refused(Comments, name, { postId, text: 'c2' })).toBe(NO_POST);
    }
  }

  async function commentsFor(person: Person): Promise<string[]> {
    const { comments } = await person.reads(Comments, 'listComments', { postId });
    const { post: shown } = await person.reads(Moments, 'getPost', { postId });
    expect(shown?.comments).toEqual({ count: comments.length, countIsBound: false, comments });
    return comments.map(({ text, replyToUserId }) => `${text}>${replyToUserId}`);
  }

  it('lists posts of one user and of the app, and reads one, whoever they are for', async () => {
    const { business, cast } = stage();
    const [alice, bob, carol] = cast;
    await befriend(alice, bob);
    await befriend(alice, carol);
    const secret = await post(alice, 'a1', audience('PRIVATE'));
    await post(bob, 'b1', audience('ONLY', ['alice']));
    await post(alice, 'a2');
    const regretted = await post(alice, 'a3');
    await alice.does(Moments, 'deletePost', { postId: regretted });
    await changed(alice, regretted, true);
    expect(await listed({ userId: 'alice' })).toEqual(['a2', 'a1']);
    expect(await listed({})).toEqual(['a2', 'b1', 'a1']);
    // Of what is deleted nothing is left to read.
    expect(await listed({ includeGone: true })).toEqual(['', 'a2', 'b1', 'a1']);
    const { post: one } = await business.reads(AppMoments, 'getPost', { postId: secret });
    expect(one).toMatchObject({
      postId: secret,
      authorId: 'alice',
      content: saying('a1'),
      audience: audience('PRIVATE'),
      state: MomentState.PRESENT,
    });
    expect(await stateOf(regretted)).toBe(MomentState.DELETED);
    expect(await business.refused(AppMoments, 'getPost', { postId: 'nosuch' })).toBe(NO_POST);
    const nobody = await business.refused(AppMoments, 'listPosts', { userId: 'nobody' });
    expect(nobody).toBe('NOT_FOUND user_id');
  });

  it('takes a post from everybody, with what was said about it, and tells its author', async () => {
    const { business, cast } = stage();
    const [alice, bob, carol] = cast;
    const content = PostContent.create({ text: 'hm', mentionedUserIds: ['bob'] });
    await happens(content);
    await comesTo(bob, 'hm', 'a2', 'b1');
    await comesTo(carol, 'hm', 'a2');
    expect([await unreadOf(alice), await unreadOf(bob)]).toEqual([2, 1]);
    await business.does(AppMoments, 'removePost', { postId });
    await toldByApp(alice, postId, true);
    for (const person of cast) await isGoneFor(person);
    const request = { postId, content: saying('hm, hm'), audience: audience('PRIVATE') };
    for (const name of ['editPost', 'setAudience', 'deletePost'] as const) {
      expect(await alice.refused(Moments, name, request)).toBe(NO_POST);
    }
    const { post: kept } = await business.reads(AppMoments, 'getPost', { postId });
    expect(kept).toMatchObject({ content, state: MomentState.REMOVED });
    expect(await listed({})).not.toContain('hm');
    expect(await listed({ includeGone: true })).toContain('hm');
    // It is so already, and nobody is told.
    await business.does(AppMoments, 'removePost', { postId });
  });

  it('puts it back where it was, for whom it was, and tells its author', async () => {
    const { business, cast } = stage();
    const [alice, bob, carol] = cast;
    await business.does(AppMoments, 'restorePost', { postId });
    await toldByApp(alice, postId, false);
    await comesTo(alice, 'hm', 'a2', 'b1', 'a1');
    await comesTo(bob, 'hm', 'a2', 'b1');
    await comesTo(carol, 'hm', 'a2');
    for (const person of cast) {
      expect((await postsOf(person, 'alice'))[0]).toBe('hm');
      const { post: shown } = await person.reads(Moments, 'getPost', { postId });
      expect(shown?.content?.text).toBe('hm');
    }
    expect(await noticesOf(alice)).toEqual(['LIKE bob', 'COMMENT carol']);
    expect(await noticesOf(bob)).toEqual(['MENTION alice']);
    expect([await unreadOf(alice), await unreadOf(bob)]).toEqual([2, 1]);
    expect(await stateOf(postId)).toBe(MomentState.PRESENT);
    await business.does(AppMoments, 'restorePost', { postId });
  });

  it('lists comments, takes one from everybody, answers to it staying, and tells its writer', async () => {
    const { business, cast } = stage();
    const [alice, bob, carol] = cast;
    const reply = { postId, text: 'a1', replyToCommentId: commentId };
    await alice.does(Comments, 'createComment', reply);
    await changed(alice, postId);
    await noticed(carol, 'REPLY', 'alice', postId);
    await noticed(bob, 'COMMENT', 'alice', postId);
    const list = async (includeGone: boolean) => {
      const request = { postId, includeGone, limit: 1 };
      const first = await business.reads(AppMoments, 'listComments', request);
      const more = { ...request, limit: 0, pageToken: first.nextPageToken };
      const rest = await business.reads(AppMoments, 'listComments', more);
      const comments = [...first.comments, ...rest.comments];
      return comments.map(({ text, state }) => `${text} ${MomentState[state]}`);
    };
    expect(await list(false)).toEqual(['c1 PRESENT', 'a1 PRESENT']);
    expect(await commentsFor(alice)).toEqual(['c1>', 'a1>carol']);

    await business.does(AppMoments, 'removeComment', { postId, commentId });
    await toldByApp(carol, postId, false);
    for (const person of cast) expect(await commentsFor(person)).toEqual(['a1>']);
    expect(await noticesOf(alice)).toEqual(['LIKE bob']);
    expect(await noticesOf(bob)).toEqual(['COMMENT alice', 'MENTION alice']);
    const again = { ...reply, text: 'a2' };
    const unanswered = await alice.refused(Comments, 'createComment', again);
    expect(unanswered).toBe('NOT_FOUND reply_to_comment_id');
    const gone = await carol.refused(Comments, 'deleteComment', { postId, commentId });
    expect(gone).toBe(NO_COMMENT);
    expect(await list(true)).toEqual(['c1 REMOVED', 'a1 PRESENT']);
    const none = { postId, commentId: 'nosuch' };
    expect(await business.refused(AppMoments, 'removeComment', none)).toBe(NO_COMMENT);
  });

  it('can do nothing to what its author has deleted, or another app has', async () => {
    const { business, cast } = stage();
    const [alice] = cast;
    await alice.does(Moments, 'deletePost', { postId });
    await changed(alice, postId, true);
    for (const name of ['removePost', 'restorePost'] as const) {
      expect(await business.refused(AppMoments, name, { postId })).toBe(NO_POST);
      expect(await business.refused(AppMoments, name, { postId: 'a:b' })).toBe(
        'INVALID_ARGUMENT post_id',
      );
    }
    expect(await stateOf(postId)).toBe(MomentState.DELETED);
    const elsewhere = await post(alice, 'here');
    const other = businessOf(cluster(), await cluster().createApp('moderation-elsewhere'));
    try {
      for (const name of ['getPost', 'removePost', 'listComments', 'removeComment'] as const) {
        const request = { postId: elsewhere, commentId };
        expect(await other.refused(AppMoments, name, request)).toBe(NO_POST);
      }
    } finally {
      other.close();
    }
    await alice.reads(Moments, 'getPost', { postId: elsewhere });
  });
}
