import { describe, expect, it } from 'vitest';
import { Audience, Audience_Kind } from '@queqiao/protocol/client';
import { upTo } from '../rig/scene.js';
import { answer, asked, saying, texts, twoFriends, watched } from './moment-scene.js';

describe('the timeline', () => {
  it('begins at the newest posts, and older ones come page by page', async () => {
    const { scene, alice, moments } = await twoFriends();
    for (const n of upTo(5)) moments.create(n % 2 === 0 ? 'alice' : 'bob', saying(`${n}`));
    scene.server.momentCalls.maxPage = 2;
    const list = await watched(scene, alice);
    expect([texts(list), list.complete]).toEqual([['5', '4'], false]);
    expect(await answer(scene, list.loadMore(2))).toBe(true);
    expect(await answer(scene, list.loadMore(2))).toBe(true);
    expect([texts(list), list.complete]).toEqual([['5', '4', '3', '2', '1'], true]);
    expect(await answer(scene, list.loadMore())).toBe(false);
    expect(alice.client.stats()).toMatchObject({ watchedPostLists: 1, watchedPosts: 5 });
    list.close();
    expect(alice.client.stats()).toMatchObject({ watchedPostLists: 0, watchedPosts: 0 });
  });

  it('puts new posts in their places, also those that were made earlier, each once', async () => {
    const { scene, alice, moments } = await twoFriends();
    const first = moments.create('bob', saying('one'));
    const later = moments.create('bob', saying('three'), Audience.create(), first.createdMs + 500);
    const list = await watched(scene, alice);
    scene.server.momentCalls.maxPage = 1;
    moments.create('bob', saying('two'), Audience.create(), first.createdMs + 200);
    moments.create('bob', saying('four'), Audience.create(), later.createdMs + 1);
    const came = await answer(scene, list.loadNew());
    expect(came.map(({ content }) => content?.text)).toEqual(['four', 'two']);
    expect(texts(list)).toEqual(['four', 'three', 'two', 'one']);
    expect(await answer(scene, list.loadNew())).toEqual([]);
  });

  it('leaves what belongs below the loaded part to the page that has it', async () => {
    const { scene, alice, moments } = await twoFriends();
    const posts = upTo(3).map((n) => moments.create('bob', saying(`${n}`)));
    scene.server.momentCalls.maxPage = 2;
    const list = await watched(scene, alice);
    const early = (posts[0]?.createdMs ?? 0) - 1;
    moments.create('bob', saying('0'), Audience.create(), early);
    await answer(scene, list.loadNew());
    expect(texts(list)).toEqual(['3', '2']);
    await answer(scene, list.loadMore(2));
    expect(texts(list)).toEqual(['3', '2', '1', '0']);
  });

  it('shows what the user does on another device, and what a notice tells', async () => {
    const { scene, alice, bob, moments } = await twoFriends();
    const tablet = await scene.online('alice');
    const { postId } = moments.create('alice', saying('hello'));
    const list = await watched(scene, alice);
    let drawn = 0;
    alice.client.on('watchedPosts', () => (drawn += 1));
    const made = await answer(scene, tablet.client.moments.post({ text: 'new' }));
    await answer(scene, tablet.client.moments.edit(postId, { text: 'hello again' }));
    expect(texts(list)).toEqual(['new', 'hello again']);
    await answer(scene, bob.client.moments.comment(postId, 'Hi'));
    expect(list.posts[1]?.comments?.comments).toMatchObject([{ authorId: 'bob', text: 'Hi' }]);
    await answer(scene, tablet.client.moments.delete(made.postId));
    expect(texts(list)).toEqual(['hello again']);
    // Of a post that is not here nothing is asked when somebody else made it.
    const before = asked(scene, 'GetPost');
    const hidden = moments.create('bob', saying('theirs'));
    await answer(scene, bob.client.moments.edit(hidden.postId, { text: 'still theirs' }));
    expect([asked(scene, 'GetPost'), drawn > 3]).toEqual([before, true]);
  });

  it('is without what is gone when it is loaded again, and keeps what is older', async () => {
    const { scene, alice, moments } = await twoFriends();
    const made = upTo(5).map((n) => moments.create('bob', saying(`${n}`)));
    scene.server.momentCalls.maxPage = 2;
    const list = await watched(scene, alice);
    await answer(scene, list.loadMore(2));
    moments.posts.delete(made[4]?.postId ?? '');
    moments.create('bob', saying('6'));
    await answer(scene, list.refresh());
    expect(texts(list)).toEqual(['6', '4', '3', '2']);
    await answer(scene, list.loadMore(2));
    expect(texts(list)).toEqual(['6', '4', '3', '2', '1']);
    // Of more new ones than a page has, none is left out between.
    for (const n of upTo(4)) moments.create('bob', saying(`${n + 6}`));
    await answer(scene, list.refresh());
    expect(texts(list).slice(0, 6)).toEqual(['10', '9', '8', '7', '6', '4']);
  });

  it('does not bring back what was removed while it was read', async () => {
    const { scene, alice, moments } = await twoFriends();
    const { postId } = moments.create('alice', saying('hello'));
    const list = await watched(scene, alice);
    scene.server.holdReply('ListTimeline');
    const again = list.refresh();
    await scene.settle();
    moments.posts.delete(postId);
    moments.changed('alice', postId, true);
    await scene.settle();
    expect(texts(list)).toEqual([]);
    scene.server.releaseReplies();
    await answer(scene, again);
    expect(texts(list)).toEqual([]);
  });

  it('catches up after being away, and many changes cost one page', async () => {
    const { scene, alice, bob, moments } = await twoFriends();
    const tablet = await scene.online('alice');
    const mine = upTo(30).map((n) => moments.create('alice', saying(`${n}`)));
    const list = await watched(scene, alice);
    await answer(scene, list.loadMore());
    alice.client.stop();
    moments.create('bob', saying('meanwhile'));
    for (const { postId } of mine) moments.like('bob', postId, true);
    await answer(scene, tablet.client.moments.edit(mine[29]?.postId ?? '', { text: 'edited' }));
    const [pages, posts] = [asked(scene, 'ListTimeline'), asked(scene, 'GetPost')];
    alice.client.start();
    await scene.settle();
    expect(texts(list).slice(0, 3)).toEqual(['meanwhile', 'edited', '29']);
    expect(list.posts[1]?.likes?.count).toBe(1);
    expect(asked(scene, 'ListTimeline')).toBe(pages + 1);
    expect(asked(scene, 'GetPost') - posts).toBeLessThanOrEqual(20);
    bob.client.stop();
  });

  it('is another one when somebody is a friend no more', async () => {
    const { scene, alice, moments } = await twoFriends();
    moments.create('bob', saying('theirs'));
    moments.create('alice', saying('mine'));
    const list = await watched(scene, alice);
    expect(texts(list)).toEqual(['mine', 'theirs']);
    await answer(scene, alice.client.friends.delete('bob'));
    expect(texts(list)).toEqual(['mine']);
  });

  it('is nobody else’s: of another user nothing is shown, not even for a moment', async () => {
    const { scene, moments } = await twoFriends();
    let user = 'alice';
    const device = await scene.online('alice', { token: () => Promise.resolve(user) });
    moments.create('alice', saying('mine'));
    const list = await watched(scene, device);
    expect(texts(list)).toEqual(['mine']);
    const shown: string[][] = [];
    device.client.on('watchedPosts', () => shown.push(texts(list)));
    user = 'carol';
    // The token has run out by then.
    device.client.stop();
    await scene.clock.advance(scene.server.tokenLifeMs);
    device.client.start();
    await scene.settle();
    expect(device.client.userId).toBe('carol');
    expect([shown.flat(), list.loaded]).toEqual([[], true]);
  });

  it('tells why it could not be had, and has it as soon as it can', async () => {
    const { scene, alice, moments } = await twoFriends();
    moments.create('bob', saying('one'));
    scene.server.fault = (method) =>
      method === 'ListTimeline' ? { error: 'UNAVAILABLE', retryAfterMs: 2_000 } : undefined;
    const list = await watched(scene, alice);
    expect([list.loaded, list.problem?.code]).toEqual([false, 'UNAVAILABLE']);
    scene.server.fault = () => undefined;
    await scene.clock.advance(3_000);
    expect([texts(list), list.problem]).toEqual([['one'], undefined]);
  });

  it('is bounded', async () => {
    const { scene, moments } = await twoFriends();
    const limits = { maxWatchedPosts: 3, maxWatchedPostLists: 1 };
    const device = await scene.online('alice', { limits });
    for (const n of upTo(6)) moments.create('alice', saying(`${n}`));
    scene.server.momentCalls.maxPage = 2;
    const list = await watched(scene, device);
    await answer(scene, list.loadMore());
    expect(texts(list)).toEqual(['6', '5', '4']);
    const more = answer(scene, list.loadMore());
    await expect(more).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED', field: 'maxWatchedPosts' });
    moments.create('alice', saying('7'));
    await scene.settle();
    expect(texts(list)).toEqual(['7', '6', '5']);
    expect(() => device.client.moments.ofUser('bob')).toThrow(
      expect.objectContaining({ code: 'LIMIT_EXCEEDED', field: 'maxWatchedPostLists' }),
    );
  });
});

describe('other lists', () => {
  it('are begun anew where the first page does not reach what was loaded', async () => {
    const { scene, alice, moments } = await twoFriends();
    for (const n of upTo(2)) moments.create('bob', saying(`${n}`));
    scene.server.momentCalls.maxPage = 2;
    const list = await watched(scene, alice, (all) => all.ofUser('bob'));
    for (const n of upTo(3)) moments.create('bob', saying(`${n + 2}`));
    await answer(scene, list.refresh());
    expect([texts(list), list.complete]).toEqual([['5', '4'], false]);
    await answer(scene, list.loadMore());
    expect(texts(list)).toEqual(['5', '4', '3', '2']);
  });

  it('are as they are after a reconnect', async () => {
    const { scene, alice, moments } = await twoFriends();
    const { postId } = moments.create('bob', saying('theirs'));
    const one = await watched(scene, alice, (all) => all.watch(postId));
    alice.client.stop();
    moments.posts.delete(postId);
    alice.client.start();
    await scene.settle();
    expect(texts(one)).toEqual([]);
  });

  it('have the posts of one user, and one post', async () => {
    const { scene, alice, bob, moments } = await twoFriends();
    moments.create('alice', saying('mine'));
    const { postId } = moments.create('bob', saying('theirs'));
    const theirs = await watched(scene, alice, (all) => all.ofUser('bob'));
    const one = await watched(scene, alice, (all) => all.watch(postId));
    const none = await watched(scene, alice, (all) => all.watch('nowhere'));
    expect([texts(theirs), texts(one), texts(none)]).toEqual([['theirs'], ['theirs'], []]);
    expect([none.loaded, none.complete]).toEqual([true, true]);
    await answer(scene, alice.client.moments.comment(postId, 'Hm'));
    expect(one.posts[0]?.comments?.count).toBe(1);
    expect(theirs.posts[0]?.comments?.count).toBe(1);
    const hidden = { kind: Audience_Kind.EXCEPT, userIds: ['alice'] };
    await answer(scene, bob.client.moments.setAudience(postId, hidden));
    await answer(scene, Promise.all([one.refresh(), theirs.loadNew()]));
    expect([texts(theirs), texts(one)]).toEqual([[], []]);
  });
});
