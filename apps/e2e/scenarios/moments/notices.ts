import {
  CommentServiceDefinition as Comments,
  FriendServiceDefinition as Friends,
  MomentNoticeServiceDefinition as Notices,
} from '@queqiao/protocol/client';
import type { TestCluster } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { befriend } from '../../src/stage/befriend.js';
import { useStage } from '../../src/stage/stage.js';
import { changed, noticed, noticesOf, post, unreadOf } from './moment-reads.js';

export function notices(cluster: () => TestCluster): void {
  const stage = useStage(cluster, 'moment-notices');
  let postId = '';
  let commentId = '';

  it('go to the author, and to friends of the actor who had a part in the post, and to no others', async () => {
    const [alice, bob, carol] = stage().cast;
    await befriend(alice, bob);
    await befriend(alice, carol);
    postId = await post(alice, 'p');
    await bob.does(Comments, 'likePost', { postId });
    await changed(bob, postId);
    await noticed(alice, 'LIKE', 'bob', postId);
    // Bob is no friend of carol's.
    ({ commentId } = await carol.does(Comments, 'createComment', { postId, text: 'c1' }));
    await changed(carol, postId);
    await noticed(alice, 'COMMENT', 'carol', postId);
    await befriend(bob, carol);
    await carol.does(Comments, 'createComment', { postId, text: 'c2' });
    await changed(carol, postId);
    for (const person of [alice, bob]) await noticed(person, 'COMMENT', 'carol', postId);
    expect(await noticesOf(alice)).toEqual(['COMMENT carol', 'COMMENT carol', 'LIKE bob']);
    expect(await noticesOf(bob)).toEqual(['COMMENT carol']);
    expect(await noticesOf(carol)).toEqual([]);
  });

  it('say what was said, and are counted until they are read, on all devices', async () => {
    const [alice] = stage().cast;
    const { notices: listed } = await alice.reads(Notices, 'listMomentNotices', {
      unreadOnly: true,
    });
    expect(listed.map(({ comment }) => comment?.text)).toEqual(['c2', 'c1', undefined]);
    const { unreadCount } = await alice.reads(Notices, 'countMomentNotices', {});
    expect(unreadCount).toBe(3);
    const throughSeq = listed[1]?.seq ?? 0;
    const marked = await alice.does(Notices, 'markMomentNoticesRead', { throughSeq });
    expect(marked).toEqual({ unreadCount: 1 });
    await alice.hears('s:alice', { by: 'alice', momentNoticesRead: { throughSeq } });
    expect(await noticesOf(alice, true)).toEqual(['COMMENT carol']);
    const { notices: all } = await alice.reads(Notices, 'listMomentNotices', { limit: 3 });
    expect(all.map(({ unread }) => unread)).toEqual([true, false, false]);
  });

  it('vanish with what they tell of, and with the right to see it', async () => {
    const [alice, bob, carol] = stage().cast;
    await carol.does(Comments, 'deleteComment', { postId, commentId });
    await changed(carol, postId);
    expect(await noticesOf(alice)).toEqual(['COMMENT carol', 'LIKE bob']);
    await bob.does(Comments, 'unlikePost', { postId });
    await changed(bob, postId);
    expect(await noticesOf(alice)).toEqual(['COMMENT carol']);
    expect(await unreadOf(bob)).toBe(1);
    await bob.does(Friends, 'blockUser', { userId: 'carol' });
    await bob.hears('s:bob', { blockChanged: { userId: 'carol', blocked: true } });
    expect(await noticesOf(bob)).toEqual([]);
    expect(await unreadOf(bob)).toBe(0);
    await bob.does(Friends, 'unblockUser', { userId: 'carol' });
    await bob.hears('s:bob', { blockChanged: { userId: 'carol', blocked: false } });
    expect(await noticesOf(bob)).toEqual(['COMMENT carol']);
  });
}
