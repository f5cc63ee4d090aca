import {
  CommentServiceDefinition as Comments,
  FriendServiceDefinition as Friends,
  MomentServiceDefinition as Moments,
} from '@queqiao/protocol/client';
import type { TestCluster } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { befriend } from '../../src/stage/befriend.js';
import type { Person } from '../../src/stage/person.js';
import { useStage } from '../../src/stage/stage.js';
import { changed, noticed, post } from './moment-reads.js';

export function reactions(cluster: () => TestCluster): void {
  const stage = useStage(cluster, 'reactions');
  let postId = '';
  let first = '';

  async function comment(by: Person, text: string, replyToCommentId = ''): Promise<string> {
    const request = { postId, text, replyToCommentId };
    const { commentId } = await by.does(Comments, 'createComment', request);
    await changed(by, postId);
    return commentId;
  }

  async function commentsFor(person: Person): Promise<string[]> {
    const { comments } = await person.reads(Comments, 'listComments', { postId });
    const { post: shown } = await person.reads(Moments, 'getPost', { postId });
    expect(shown?.comments).toEqual({ count: comments.length, countIsBound: false, comments });
    return comments.map(({ text, replyToUserId }) => `${text}>${replyToUserId}`);
  }

  async function likesFor(person: Person): Promise<string[]> {
    const { likes } = await person.reads(Comments, 'listLikes', { postId });
    const userIds = likes.map(({ userId }) => userId);
    const { post: shown } = await person.reads(Moments, 'getPost', { postId });
    const mine = userIds.includes(person.id);
    expect(shown?.likes).toEqual({ count: likes.length, countIsBound: false, mine, userIds });
    return userIds;
  }

  it('are likes, given once and taken back', async () => {
    const [alice, bob, carol] = stage().cast;
    await befriend(alice, bob);
    await befriend(alice, carol);
    postId = await post(alice, 'p');
    await bob.does(Comments, 'likePost', { postId });
    await changed(bob, postId);
    await noticed(alice, 'LIKE', 'bob', postId);
    // Nothing changes by it, and nobody is told.
    await bob.does(Comments, 'likePost', { postId });
    expect(await likesFor(alice)).toEqual(['bob']);
    await bob.does(Comments, 'unlikePost', { postId });
    await changed(bob, postId);
    expect(await likesFor(alice)).toEqual([]);
    await bob.does(Comments, 'likePost', { postId });
    await changed(bob, postId);
    expect(await likesFor(bob)).toEqual(['bob']);
  });

  it('are comments and replies, oldest first', async () => {
    const [alice, bob] = stage().cast;
    first = await comment(bob, 'b1');
    await noticed(alice, 'COMMENT', 'bob', postId);
    await comment(alice, 'a1', first);
    await noticed(bob, 'REPLY', 'alice', postId);
    expect(await commentsFor(alice)).toEqual(['b1>', 'a1>bob']);
    expect(await commentsFor(bob)).toEqual(['b1>', 'a1>bob']);
  });

  it('of strangers are not seen, nor what they are answered with, by lists, counts and answers', async () => {
    const [alice, bob, carol] = stage().cast;
    expect(await likesFor(carol)).toEqual([]);
    // What is said to bob is seen, and not to whom.
    expect(await commentsFor(carol)).toEqual(['a1>']);
    const answer = { postId, text: 'what?', replyToCommentId: first };
    const unseen = await carol.refused(Comments, 'createComment', answer);
    const none = { ...answer, replyToCommentId: 'nosuch' };
    expect(unseen).toBe('NOT_FOUND reply_to_comment_id');
    expect(await carol.refused(Comments, 'createComment', none)).toBe(unseen);
    await befriend(bob, carol);
    expect(await likesFor(carol)).toEqual(['bob']);
    expect(await commentsFor(carol)).toEqual(['b1>', 'a1>bob']);
    await comment(carol, 'c1');
    await noticed(alice, 'COMMENT', 'carol', postId);
    await noticed(bob, 'COMMENT', 'carol', postId);
  });

  it('of who is blocked are not seen, of either side', async () => {
    const [alice, bob, carol] = stage().cast;
    await carol.does(Friends, 'blockUser', { userId: 'bob' });
    await carol.hears('s:carol', { blockChanged: { blocked: true } });
    expect(await commentsFor(carol)).toEqual(['a1>', 'c1>']);
    expect(await commentsFor(bob)).toEqual(['b1>', 'a1>bob']);
    expect(await commentsFor(alice)).toEqual(['b1>', 'a1>bob', 'c1>']);
    expect(await likesFor(carol)).toEqual([]);
    await carol.does(Friends, 'unblockUser', { userId: 'bob' });
    await carol.hears('s:carol', { blockChanged: { blocked: false } });
    expect(await commentsFor(bob)).toEqual(['b1>', 'a1>bob', 'c1>']);
  });

  it('are deleted by their writers, and all of them by the author of the post', async () => {
    const [alice, bob, carol] = stage().cast;
    const own = await comment(carol, 'c2');
    for (const person of [alice, bob]) await noticed(person, 'COMMENT', 'carol', postId);
    const refusal = await carol.refused(Comments, 'deleteComment', { postId, commentId: first });
    expect(refusal).toBe('PERMISSION_DENIED comment_id');
    await carol.does(Comments, 'deleteComment', { postId, commentId: own });
    await changed(carol, postId);
    await alice.does(Comments, 'deleteComment', { postId, commentId: first });
    await changed(alice, postId);
    for (const person of [alice, bob]) {
      expect(await commentsFor(person)).toEqual(['a1>', 'c1>']);
    }
    const answer = { postId, text: 'to nobody', replyToCommentId: first };
    const gone = await bob.refused(Comments, 'createComment', answer);
    expect(gone).toBe('NOT_FOUND reply_to_comment_id');
  });

  it('count how often the post was passed on', async () => {
    const [alice, bob, carol] = stage().cast;
    for (const [person, shareCount] of [
      [bob, 1],
      [carol, 2],
    ] as const) {
      expect(await person.does(Comments, 'sharePost', { postId })).toEqual({ shareCount });
      await changed(person, postId);
    }
    const { post: shown } = await alice.reads(Moments, 'getPost', { postId });
    expect(shown?.shareCount).toBe(2);
  });
}
