import { describe, expect, it } from 'vitest';
import { Audience_Kind, type WatchedPosts } from '../../src/index.js';
import { answer, asked, saying, texts, twoFriends, watched } from './moment-scene.js';

describe('a post', () => {
  it('is made as wished, edited, kept from others and taken away', async () => {
    const { scene, alice, bob } = await twoFriends();
    const { moments } = alice.client;
    const draft = {
      text: 'Over the bridge',
      images: [{ url: 'https://example.com/1.jpg', width: 3 }],
      location: { name: 'Bridge', latitude: 31.2 },
      mentionedUserIds: ['bob'],
    };
    const only = { kind: Audience_Kind.ONLY, userIds: ['bob'], tags: ['work'] };
    const { postId } = await answer(scene, moments.post(draft, only));
    const mine = await answer(scene, moments.get(postId));
    expect(mine).toMatchObject({ authorId: 'alice', content: draft, audience: only });
    const seen = await answer(scene, bob.client.moments.get(postId));
    expect(seen).toMatchObject({ content: draft, audience: undefined });
    const edited = await answer(scene, moments.edit(postId, { text: 'Under it' }));
    expect(edited.revision).toBe(1);
    expect((await answer(scene, bob.client.moments.get(postId)))?.content?.images).toEqual([]);
    await answer(scene, moments.setAudience(postId, { kind: Audience_Kind.PRIVATE }));
    expect(await answer(scene, bob.client.moments.get(postId))).toBeUndefined();
    await answer(scene, moments.delete(postId));
    expect(await answer(scene, moments.get(postId))).toBeUndefined();
  });

  it('is made once, though the reply is lost and the connection after it', async () => {
    const { scene, alice, moments } = await twoFriends();
    scene.server.fault = (method) =>
      method === 'CreatePost' && asked(scene, method) === 1 ? 'lose-reply' : undefined;
    const made = alice.client.moments.post({ text: 'once' });
    await scene.settle();
    scene.server.drop('alice');
    await scene.clock.advance(60_000);
    const { postId } = await made;
    expect([...moments.posts.keys()]).toEqual([postId]);
    expect(asked(scene, 'CreatePost')).toBe(2);
  });

  it('is commented, answered, shared and liked, and all of it can be listed', async () => {
    const { scene, alice, bob, moments } = await twoFriends();
    const { postId } = moments.create('alice', saying('hello'));
    const first = await answer(scene, bob.client.moments.comment(postId, 'Nice'));
    const call = alice.client.moments.comment(postId, 'Thanks', first.commentId);
    const second = await answer(scene, call);
    const { comments, nextPageToken } = await answer(
      scene,
      bob.client.moments.listComments(postId, { limit: 1 }),
    );
    expect(comments).toMatchObject([{ authorId: 'bob', text: 'Nice', replyToUserId: '' }]);
    const rest = { pageToken: nextPageToken };
    expect(await answer(scene, bob.client.moments.listComments(postId, rest))).toMatchObject({
      comments: [{ commentId: second.commentId, replyToUserId: 'bob' }],
      nextPageToken: '',
    });
    await answer(scene, bob.client.moments.like(postId));
    const { likes } = await answer(scene, alice.client.moments.listLikes(postId));
    expect(likes.map(({ userId }) => userId)).toEqual(['bob']);
    expect(await answer(scene, bob.client.moments.share(postId))).toBe(1);
    expect(await answer(scene, alice.client.moments.share(postId))).toBe(2);
    const foreign = bob.client.moments.deleteComment(postId, second.commentId);
    await expect(answer(scene, foreign)).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    await answer(scene, alice.client.moments.deleteComment(postId, first.commentId));
    const post = await answer(scene, alice.client.moments.get(postId));
    expect(post).toMatchObject({ comments: { count: 1 }, shareCount: 2 });
    const gone = bob.client.moments.comment(postId, 'and?', first.commentId);
    await expect(answer(scene, gone)).rejects.toMatchObject({ code: 'NOT_FOUND', effect: 'none' });
  });
});

describe('a like', () => {
  async function withPost() {
    const all = await twoFriends();
    const { postId } = all.moments.create('alice', saying('hello'));
    const list = await watched(all.scene, all.bob);
    return { ...all, postId, list };
  }

  function likes(list: WatchedPosts): unknown[] {
    const shown = list.posts[0]?.likes;
    return [shown?.mine, shown?.count, shown?.userIds.join()];
  }

  it('is shown before the server has it, and taken back likewise', async () => {
    const { scene, bob, postId, list } = await withPost();
    scene.server.holdReply('LikePost');
    const liked = bob.client.moments.like(postId);
    expect(likes(list)).toEqual([true, 1, 'bob']);
    await scene.settle();
    const undone = bob.client.moments.unlike(postId);
    expect(likes(list)).toEqual([false, 0, '']);
    await scene.settle();
    // What is wanted later is sent later.
    expect(asked(scene, 'UnlikePost')).toBe(0);
    scene.server.releaseReplies();
    await answer(scene, Promise.all([liked, undone]));
    expect(likes(list)).toEqual([false, 0, '']);
    expect(scene.server.moments.posts.get(postId)?.likers).toEqual([]);
  });

  it('is undone when it is refused', async () => {
    const { scene, bob, postId, list } = await withPost();
    scene.server.fault = (method) =>
      method === 'LikePost' ? { error: 'PERMISSION_DENIED' } : undefined;
    const liked = bob.client.moments.like(postId);
    expect(likes(list)).toEqual([true, 1, 'bob']);
    await expect(answer(scene, liked)).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    expect(likes(list)).toEqual([false, 0, '']);
  });

  it('stays, though the post is read later', async () => {
    const { scene, bob, postId, list } = await withPost();
    scene.server.holdReply('GetPost');
    await answer(scene, bob.client.moments.like(postId));
    expect(likes(list)).toEqual([true, 1, 'bob']);
    scene.server.releaseReplies();
    await scene.settle();
    expect(likes(list)).toEqual([true, 1, 'bob']);
  });

  it('is counted once, though the entry that tells of it overtakes the answer', async () => {
    const { scene, bob, postId, list } = await withPost();
    scene.server.holdReply('LikePost');
    const liked = bob.client.moments.like(postId);
    await scene.settle();
    expect(asked(scene, 'GetPost')).toBe(1);
    expect(likes(list)).toEqual([true, 1, 'bob']);
    scene.server.releaseReplies();
    await answer(scene, liked);
    expect(likes(list)).toEqual([true, 1, 'bob']);
    expect(texts(list)).toEqual(['hello']);
  });
});
