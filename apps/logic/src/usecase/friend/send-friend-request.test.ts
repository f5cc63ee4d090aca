import { describe, expect, it } from 'vitest';
import {
  ann,
  friendOf,
  FriendScene,
  NOW,
  options,
  requestOf,
} from '../../../test/fakes/friend-scene.js';
import { SendFriendRequest, type SendFriendRequestInput } from './send-friend-request.js';

const ask = { clientRequestId: 'q', userId: 'bob' };
const send = (scene: FriendScene, more: Partial<SendFriendRequestInput> = {}) =>
  new SendFriendRequest(scene.deps, options).run(ann, {
    ...ask,
    text: 'hi',
    source: { way: 'id', detail: '' },
    remark: 'Bobby',
    tags: ['new'],
    ...more,
  });
const FRIENDSHIP = ['friend', 'friend', 'request', 'flags', 'chat', 'timelines'];

describe('asking for friendship', () => {
  it('stores a request that waits as long as the app says', async () => {
    const scene = new FriendScene();
    const answer = await send(scene);
    expect(scene.ops).toEqual(['request']);
    expect(scene.requests).toEqual([
      {
        ...requestOf('ann', 'bob', { text: 'hi', remark: 'Bobby', tags: ['new'] }),
        source: { way: 'id', detail: '' },
        createdMs: NOW,
        updatedMs: NOW,
        expiresMs: NOW + 60_000,
      },
    ]);
    expect(answer).toMatchObject({ friend: null, request: { state: 'pending' } });
    expect(scene.works[0]).toMatchObject({ feeds: 'both', withCounts: true });
  });

  it('renews one that waits, and begins anew after one that does not', async () => {
    const renewed = new FriendScene({
      request: requestOf('ann', 'bob', { read: true }),
      pendingCount: 2,
    });
    await send(renewed);
    expect(renewed.requests).toMatchObject([
      { createdMs: 100, updatedMs: NOW, read: false, text: 'hi' },
    ]);
    for (const over of [{ state: 'rejected' }, { expiresMs: NOW }] as const) {
      const scene = new FriendScene({
        request: requestOf('ann', 'bob', { answer: 'no', ...over }),
      });
      await send(scene);
      expect(scene.requests).toMatchObject([{ createdMs: NOW, state: 'pending', answer: '' }]);
    }
  });

  it('accepts a request of the other that waits', async () => {
    const scene = new FriendScene({}, { request: requestOf('bob', 'ann') });
    const { friend, request: accepted } = await send(scene);
    expect(scene.ops).toEqual(FRIENDSHIP);
    expect(accepted).toMatchObject({ fromId: 'bob', state: 'accepted', read: true });
    expect(friend).toMatchObject({ friendId: 'bob', remark: 'Bobby', tags: ['new'] });
    const late = new FriendScene({}, { request: requestOf('bob', 'ann', { expiresMs: NOW }) });
    await send(late);
    expect(late.ops).toEqual(['request']);
  });

  it('is answered at once by who lets anyone in', async () => {
    const scene = new FriendScene({}, { settings: { addFriend: 'anyone' } });
    const { friend } = await send(scene);
    expect(scene.ops).toEqual(FRIENDSHIP);
    expect(friend?.remark).toBe('Bobby');
    expect(scene.requests).toMatchObject([{ fromId: 'ann', state: 'accepted' }]);
    expect(scene.entries.at(-1)?.kind).toBe('becameFriends ann hi');
  });

  it.each([
    ['friends already', new FriendScene({ friend: friendOf('bob') }), 'ALREADY_EXISTS', 'user_id'],
    ['blocked by the other', new FriendScene({}, { blocks: true }), 'BLOCKED', 'user_id'],
    ['blocking the other', new FriendScene({ blocks: true }), 'PERMISSION_DENIED', 'user_id'],
    [
      'nobody may ask',
      new FriendScene({}, { settings: { addFriend: 'nobody' } }),
      'PERMISSION_DENIED',
      'user_id',
    ],
    ['own list is full', new FriendScene({ friendCount: 3 }), 'LIMIT_EXCEEDED', 'maxFriends'],
    ['their list is full', new FriendScene({}, { friendCount: 3 }), 'LIMIT_EXCEEDED', 'maxFriends'],
    ['too many wait', new FriendScene({ pendingCount: 2 }), 'LIMIT_EXCEEDED', 'maxPendingRequests'],
  ])('is refused: %s', async (_, scene, code, field) => {
    await expect(send(scene)).rejects.toMatchObject({ code, field });
    expect(scene.steps).toEqual([]);
  });

  it('is refused a blocked user before anything else is said', async () => {
    const scene = new FriendScene({ friend: friendOf('bob'), friendCount: 3 }, { blocks: true });
    await expect(send(scene)).rejects.toMatchObject({ code: 'BLOCKED' });
  });

  it('is possible for who may not be asked but has asked', async () => {
    const nobody = { settings: { addFriend: 'nobody' }, request: requestOf('bob', 'ann') } as const;
    const scene = new FriendScene({}, nobody);
    await send(scene);
    expect(scene.ops).toEqual(FRIENDSHIP);
  });

  it('refuses what is malformed, by the name of the field', async () => {
    const bad: [Partial<SendFriendRequestInput>, string][] = [
      [{ clientRequestId: 'a b' }, 'client_request_id'],
      [{ userId: 'a:b' }, 'user_id'],
      [{ userId: 'ann' }, 'user_id'],
      [{ text: 'x'.repeat(201) }, 'text'],
      [{ remark: 'x'.repeat(101) }, 'remark'],
      [{ tags: Array.from({ length: 21 }, (__, n) => `t${n}`) }, 'tags'],
      [{ tags: ['a', ''] }, 'tags[1]'],
      [{ tags: ['x'.repeat(33)] }, 'tags[0]'],
      [{ tags: ['a', 'b', 'a'] }, 'tags[2]'],
      [{ source: { way: 'group', detail: '渡'.repeat(22) } }, 'source.detail'],
    ];
    for (const [input, field] of bad) {
      const scene = new FriendScene();
      await expect(send(scene, input)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', field });
      expect(scene.works).toEqual([]);
    }
    const unknown = send(new FriendScene(), { userId: 'zoe' });
    await expect(unknown).rejects.toMatchObject({ code: 'NOT_FOUND', field: 'user_id' });
  });
});
