import { describe, expect, it } from 'vitest';
import {
  backEnd,
  friendOf,
  FriendScene,
  options,
  requestOf,
} from '../../../test/fakes/friend-scene.js';
import { AddFriends } from './add-friends.js';

describe('friends by the app', () => {
  const add = (scene: FriendScene, ...pairs: [string, string][]) =>
    new AddFriends(scene.deps, options).run(backEnd, {
      clientRequestId: 'q',
      pairs: pairs.map(([userA, userB]) => ({ userA, userB })),
    });

  it('are made in the name of the system, each pair once and by a request of its own', async () => {
    const scene = new FriendScene();
    const answer = await add(scene, ['bob', 'ann'], ['ann', 'bob'], ['ann', 'carl']);
    expect(answer.added).toEqual([
      { userA: 'bob', userB: 'ann' },
      { userA: 'ann', userB: 'carl' },
    ]);
    const ids = scene.works.map((work) => work.request.requestId);
    expect(new Set(ids).size).toBe(2);
    expect(scene.pushed).toBe(2);
    expect(ids.every((id) => /^[0-9a-f]{64}$/.test(id))).toBe(true);
    expect(scene.entries.every(({ sender }) => sender.kind === 'system')).toBe(true);
    expect(scene.entries.at(-1)?.kind).toBe('becameFriends  ');
    expect(scene.lists[0]?.source).toEqual({ way: 'business', detail: '' });
    const again = new FriendScene();
    await add(again, ['ann', 'bob']);
    expect(again.works[0]?.request.requestId).toBe(ids[0]);
  });

  it('end requests that wait, and keep the names that were asked for', async () => {
    const scene = new FriendScene(
      { request: requestOf('ann', 'bob', { remark: 'B' }) },
      { blocks: true },
    );
    await add(scene, ['ann', 'bob']);
    expect(scene.requests).toMatchObject([{ state: 'accepted', read: false }]);
    expect(scene.lists.map(({ remark }) => remark)).toEqual(['B', '']);
    expect(scene.entries.at(-1)?.kind).toBe('becameFriends ann hello');
  });

  it('leave out pairs that are friends, and say which have no room', async () => {
    const known = await add(new FriendScene({ friend: friendOf('bob') }), ['ann', 'bob']);
    expect(known).toEqual({ added: [], overLimit: [] });
    const full = await add(new FriendScene({ friendCount: 3 }), ['ann', 'bob'], ['ann', 'carl']);
    expect(full.overLimit.map(({ userB }) => userB)).toEqual(['bob', 'carl']);
  });

  it('are refused whole for a pair that cannot be right', async () => {
    const bad: [[string, string][], string, string][] = [
      [[], 'INVALID_ARGUMENT', 'pairs'],
      [
        [
          ['ann', 'bob'],
          ['ann', ''],
        ],
        'INVALID_ARGUMENT',
        'pairs[1].user_b',
      ],
      [[['ann', 'ann']], 'INVALID_ARGUMENT', 'pairs[0].user_b'],
      [
        [
          ['ann', 'bob'],
          ['ann', 'zoe'],
        ],
        'NOT_FOUND',
        'pairs[1].user_b',
      ],
      [Array.from({ length: 101 }, () => ['ann', 'bob']), 'LIMIT_EXCEEDED', 'pairs'],
    ];
    for (const [pairs, code, field] of bad) {
      const scene = new FriendScene();
      await expect(add(scene, ...pairs)).rejects.toMatchObject({ code, field });
      expect(scene.works).toEqual([]);
    }
  });
});
