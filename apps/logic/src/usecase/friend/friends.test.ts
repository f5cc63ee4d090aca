import { MEMBER_FLAGS } from '@queqiao/domain';
import { describe, expect, it } from 'vitest';
import {
  ann,
  friendOf,
  FriendScene,
  NOW,
  options,
  requestOf,
} from '../../../test/fakes/friend-scene.js';
import { AcceptFriendRequest } from './accept-friend-request.js';
import { BlockUser } from './block-user.js';
import { CancelFriendRequest } from './cancel-friend-request.js';
import { DeleteFriend } from './delete-friend.js';
import { RejectFriendRequest } from './reject-friend-request.js';
import { UnblockUser } from './unblock-user.js';
import { UpdateFriend } from './update-friend.js';

const ask = { clientRequestId: 'q', userId: 'bob' };
const accept = (scene: FriendScene) =>
  new AcceptFriendRequest(scene.deps, options).run(ann, { ...ask, remark: 'Bobby', tags: [] });
describe('accepting', () => {
  it('writes both lists with the names that each side chose, flags, and a greeting', async () => {
    const scene = new FriendScene({}, { request: requestOf('bob', 'ann') });
    const answer = await accept(scene);
    expect(answer).toMatchObject({ conversationId: 'd:ann:bob', friend: { remark: 'Bobby' } });
    const seen = { hideMyPosts: false, hideTheirPosts: false };
    const shared = { source: { way: 'group', detail: 'g1' }, createdMs: NOW, ...seen };
    expect(scene.lists).toEqual([
      { friendId: 'bob', remark: 'Bobby', tags: [], ...shared },
      { friendId: 'ann', remark: 'from the requester', tags: ['wanted'], ...shared },
    ]);
    expect(scene.requests).toMatchObject([{ state: 'accepted', updatedMs: NOW, read: true }]);
    expect(scene.steps.find(({ op }) => op === 'flags')).toEqual({
      op: 'flags',
      userIds: ['ann', 'bob'],
      on: MEMBER_FLAGS.friends,
      off: 0,
    });
    const greeting = scene.entries.at(-1);
    const sender = { kind: 'user', id: 'ann' };
    expect(greeting).toMatchObject({ sender, countable: false, shown: true });
    expect(greeting?.kind).toBe('becameFriends bob hello');
    const feeds = scene.entries.slice(0, -1);
    expect(feeds.every(({ shown, countable }) => !shown && !countable)).toBe(true);
  });

  it.each([
    ['there is no request', new FriendScene(), 'NOT_FOUND'],
    ['it was taken back', { state: 'cancelled' }, 'CONFLICT'],
    ['it was accepted', { state: 'accepted' }, 'CONFLICT'],
    ['its time is over', { expiresMs: NOW }, 'CONFLICT'],
  ] as const)('is refused: %s', async (_, given, code) => {
    const scene =
      given instanceof FriendScene
        ? given
        : new FriendScene({}, { request: requestOf('bob', 'ann', given) });
    await expect(accept(scene)).rejects.toMatchObject({ code, field: 'user_id' });
  });

  it('is refused between two of whom one blocks the other, or has no room', async () => {
    const waits = { request: requestOf('bob', 'ann') };
    const cases: [FriendScene, string][] = [
      [new FriendScene({}, { ...waits, blocks: true }), 'BLOCKED'],
      [new FriendScene({ blocks: true }, waits), 'PERMISSION_DENIED'],
      [new FriendScene({ friendCount: 3 }, waits), 'LIMIT_EXCEEDED'],
      [new FriendScene({}, { ...waits, friendCount: 3 }), 'LIMIT_EXCEEDED'],
    ];
    for (const [scene, code] of cases) await expect(accept(scene)).rejects.toMatchObject({ code });
  });
});

describe('the end of a request', () => {
  it('is a rejection with an answer, by the one who was asked', async () => {
    const scene = new FriendScene({}, { request: requestOf('bob', 'ann') });
    const reject = new RejectFriendRequest(scene.deps, options);
    const answer = await reject.run(ann, { ...ask, answer: 'no' });
    const now = { state: 'rejected', answer: 'no', read: true, updatedMs: NOW };
    expect(answer).toMatchObject(now);
    expect(scene.requests).toMatchObject([now]);
    const own = new FriendScene({ request: requestOf('ann', 'bob') });
    const wrong = new RejectFriendRequest(own.deps, options).run(ann, { ...ask, answer: '' });
    await expect(wrong).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is a cancellation by the one who asked, who does not learn whether it was seen', async () => {
    const scene = new FriendScene({ request: requestOf('ann', 'bob', { read: true }) });
    const answer = await new CancelFriendRequest(scene.deps, options).run(ann, ask);
    expect(answer).toMatchObject({ state: 'cancelled', read: false });
    expect(scene.requests).toMatchObject([{ state: 'cancelled', read: true }]);
    const late = new FriendScene({ request: requestOf('ann', 'bob', { state: 'rejected' }) });
    const wrong = new CancelFriendRequest(late.deps, options).run(ann, ask);
    await expect(wrong).rejects.toMatchObject({ code: 'CONFLICT' });
  });
});

describe('a friend', () => {
  const friends = [{ friend: friendOf('bob') }, { friend: friendOf('ann') }] as const;

  it('is named anew, in what is set, and only for the one who names', async () => {
    const scene = new FriendScene(...friends);
    const update = new UpdateFriend(scene.deps, options);
    expect(await update.run(ann, { ...ask, remark: '' })).toMatchObject({
      remark: '',
      tags: ['t'],
      feedSeq: 7,
    });
    expect(scene.works[0]).toMatchObject({ feeds: 'own', chat: false });
    expect(scene.ops).toEqual(['friend']);
    await update.run(ann, { ...ask, remark: 'old', tags: ['t'] });
    expect(scene.ops).toEqual([]);
    const stranger = new UpdateFriend(new FriendScene().deps, options).run(ann, ask);
    await expect(stranger).rejects.toMatchObject({ code: 'NOT_FOUND', field: 'user_id' });
  });

  it('is let go for both, and not twice', async () => {
    const scene = new FriendScene(...friends);
    await new DeleteFriend(scene.deps, options).run(ann, ask);
    expect(scene.ops).toEqual(['friend', 'friend', 'flags']);
    expect(scene.entries.map(({ kind }) => kind)).toEqual(['friendGone', 'friendGone']);
    expect(scene.pushed).toBe(1);
    expect(scene.steps.at(-1)).toMatchObject({ on: 0, off: MEMBER_FLAGS.friends });
    const none = new FriendScene();
    await new DeleteFriend(none.deps, options).run(ann, ask);
    expect([none.steps, none.pushed]).toEqual([[], 0]);
  });
});

describe('a block', () => {
  it('marks the blocked and tells nobody but the blocker', async () => {
    const scene = new FriendScene();
    await new BlockUser(scene.deps, options).run(ann, ask);
    expect(scene.works[0]).toMatchObject({ feeds: 'own', chat: true });
    expect(scene.steps).toMatchObject([
      { op: 'block', blocked: true },
      { op: 'flags', userIds: ['bob'], on: MEMBER_FLAGS.blockedByPeer, off: 0 },
    ]);
    const back = new FriendScene({ blocks: true });
    await new UnblockUser(back.deps, options).run(ann, ask);
    expect(back.steps).toMatchObject([
      { op: 'block', blocked: false },
      { op: 'flags', userIds: ['bob'], on: 0, off: MEMBER_FLAGS.blockedByPeer },
    ]);
  });

  it('that is there already changes nothing, and counts once', async () => {
    const again = new FriendScene({ blocks: true, blockCount: 2 });
    await new BlockUser(again.deps, options).run(ann, ask);
    expect(again.steps).toEqual([]);
    const none = new FriendScene();
    await new UnblockUser(none.deps, options).run(ann, ask);
    expect(none.steps).toEqual([]);
    const full = new BlockUser(new FriendScene({ blockCount: 2 }).deps, options).run(ann, ask);
    await expect(full).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED', field: 'maxBlocks' });
  });
});
