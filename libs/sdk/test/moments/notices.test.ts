import { describe, expect, it } from 'vitest';
import {
  MomentNotice_Kind as Kind,
  type MomentEvents,
  type QueqiaoClient,
} from '../../src/index.js';
import { upTo } from '../rig/scene.js';
import { answer, asked, saying, twoFriends } from './moment-scene.js';

/** Alice, whose notices are kept, with a post. */
async function withPost() {
  const all = await twoFriends();
  const { postId } = all.moments.create('alice', saying('hello'));
  all.alice.client.moments.notices.load();
  await all.scene.settle();
  return { ...all, postId, notices: all.alice.client.moments.notices };
}

function kinds({ moments }: QueqiaoClient): Kind[] {
  return moments.notices.list.map(({ kind }) => kind);
}

describe('notices', () => {
  it('come live, newest first, until they were read on some device', async () => {
    const { scene, alice, bob, postId, notices } = await withPost();
    const tablet = await scene.online('alice');
    tablet.client.moments.notices.load();
    const heard: number[] = [];
    const noticed: MomentEvents['momentNoticed'][] = [];
    tablet.client.on('momentNotices', ({ unreadCount }) => heard.push(unreadCount));
    alice.client.on('momentNoticed', (event) => noticed.push(event));
    await answer(scene, bob.client.moments.like(postId));
    const said = await answer(scene, bob.client.moments.comment(postId, 'Nice'));
    expect(kinds(alice.client)).toEqual([Kind.COMMENT, Kind.LIKE]);
    expect(notices.list[0]).toMatchObject({ actorId: 'bob', postId, comment: { text: 'Nice' } });
    expect(noticed.map(({ seq }) => seq)).toEqual(notices.list.map(({ seq }) => seq).reverse());
    expect([notices.unreadCount, tablet.client.moments.notices.unreadCount]).toEqual([2, 2]);
    const marked = notices.markRead();
    expect(notices.unreadCount).toBe(0);
    await answer(scene, marked);
    const { notices: there } = tablet.client.moments;
    expect([there.unreadCount, there.list.some(({ unread }) => unread)]).toEqual([0, false]);
    expect(heard.at(-1)).toBe(0);
    await answer(scene, alice.client.moments.comment(postId, 'Thanks', said.commentId));
    bob.client.moments.notices.load();
    await scene.settle();
    expect(kinds(bob.client)).toEqual([Kind.REPLY]);
  });

  it('of what is gone are gone when they are asked for again', async () => {
    const { scene, bob, postId, notices } = await withPost();
    await answer(scene, bob.client.moments.like(postId));
    await answer(scene, bob.client.moments.unlike(postId));
    expect(notices.unreadCount).toBe(1);
    await answer(scene, notices.refresh());
    expect([notices.list, notices.unreadCount]).toEqual([[], 0]);
  });

  it('that came while the device was away are there after it, with one question', async () => {
    const { scene, alice, bob, postId, notices } = await withPost();
    alice.client.stop();
    for (const n of upTo(5)) await answer(scene, bob.client.moments.comment(postId, `${n}`));
    const before = asked(scene, 'ListMomentNotices');
    alice.client.start();
    await scene.settle();
    expect(notices.list.map(({ comment }) => comment?.text)).toEqual(['5', '4', '3', '2', '1']);
    expect(notices.unreadCount).toBe(5);
    expect(asked(scene, 'ListMomentNotices') - before).toBe(1);
  });

  it('are paged, and no page is skipped when more came than one has', async () => {
    const { scene, alice, bob, postId, notices } = await withPost();
    scene.server.momentCalls.maxPage = 2;
    for (const n of upTo(3)) await answer(scene, bob.client.moments.comment(postId, `${n}`));
    await answer(scene, notices.refresh());
    alice.client.stop();
    for (const n of upTo(3)) await answer(scene, bob.client.moments.comment(postId, `${n + 3}`));
    alice.client.start();
    await scene.settle();
    while (await answer(scene, notices.loadMore(2)));
    const said = notices.list.map(({ comment }) => comment?.text);
    expect(said).toEqual(['6', '5', '4', '3', '2', '1']);
    expect([notices.complete, alice.client.stats().keptNotices]).toEqual([true, 6]);
  });

  it('that were read stay so, though an older answer says otherwise later', async () => {
    const { scene, alice, bob, postId, notices } = await withPost();
    await answer(scene, bob.client.moments.like(postId));
    scene.server.holdReply('CountMomentNotices');
    const asking = notices.refresh();
    await scene.settle();
    await answer(scene, notices.markRead());
    scene.server.releaseReplies();
    const told: number[] = [];
    alice.client.on('momentNotices', ({ unreadCount }) => told.push(unreadCount));
    await answer(scene, asking);
    expect(told.every((count) => count === 0)).toBe(true);
    expect([notices.unreadCount, notices.list[0]?.unread]).toEqual([0, false]);
  });

  it('are marked as read though the reply is lost, and shown as unread again when that is refused', async () => {
    const { scene, bob, postId, notices } = await withPost();
    await answer(scene, bob.client.moments.like(postId));
    scene.server.fault = (method) =>
      method === 'MarkMomentNoticesRead' && asked(scene, method) === 1 ? 'lose-reply' : undefined;
    const marked = notices.markRead();
    await scene.clock.advance(20_000);
    await marked;
    expect(asked(scene, 'MarkMomentNoticesRead')).toBe(2);
    await answer(scene, bob.client.moments.comment(postId, 'more'));
    scene.server.fault = (method) =>
      method === 'MarkMomentNoticesRead' ? { error: 'PERMISSION_DENIED' } : undefined;
    const refused = notices.markRead();
    expect(notices.unreadCount).toBe(0);
    await expect(answer(scene, refused)).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    expect([notices.unreadCount, notices.list[0]?.unread]).toEqual([1, true]);
  });

  it('are bounded', async () => {
    const { scene, bob, postId } = await withPost();
    for (const n of upTo(4)) await answer(scene, bob.client.moments.comment(postId, `${n}`));
    const { client } = await scene.online('alice', { limits: { maxKeptNotices: 3 } });
    scene.server.momentCalls.maxPage = 2;
    await answer(scene, client.moments.notices.refresh());
    await answer(scene, client.moments.notices.loadMore());
    expect([client.moments.notices.size, client.moments.notices.unreadCount]).toEqual([3, 4]);
    const more = answer(scene, client.moments.notices.loadMore());
    await expect(more).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED', field: 'maxKeptNotices' });
  });
});
