import {
  FriendServiceDefinition as Friends,
  ListFriendRequestsRequest_Direction as Direction,
} from '@queqiao/protocol/client';
import type { TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApiRig, failureOf, newId, type UserCall } from '../rig/api-rig.js';
import { FriendPair, friendsOf, to } from './friend-pair.js';

let rig: ApiRig;
let app: TestApp;
let pair = 0;
let both: FriendPair;
let [a, b] = ['', ''];
let ann: UserCall;
let bob: UserCall;

beforeAll(async () => {
  rig = await ApiRig.start(2);
  app = await rig.createApp('demo', { maxFriends: 3, maxBlocks: 2, maxPendingRequests: 2 });
});
afterAll(() => rig.stop());
beforeEach(async () => {
  pair += 1;
  both = await FriendPair.make(rig, app, pair);
  ({ a, b, ann, bob } = both);
});

const user: FriendPair['user'] = (...of) => both.user(...of);
const ask: FriendPair['ask'] = (more) => both.ask(more);
const log: FriendPair['log'] = (...of) => both.log(...of);
const feed: FriendPair['feed'] = (who) => both.feed(who);
const kinds: FriendPair['kinds'] = (who) => both.kinds(who);
const say: FriendPair['say'] = (from) => both.say(from);

describe('friends', () => {
  it('are named and tagged for oneself', async () => {
    await both.befriend();
    const change = { ...to(b), remark: 'Boss', tags: { tags: ['work', 'x'] } };
    const { friend } = await ann(Friends, 'updateFriend', change);
    expect(friend).toMatchObject({ userId: b, remark: 'Boss', tags: ['work', 'x'] });
    const untagged = { ...to(b), tags: { tags: [] } };
    const after = (await ann(Friends, 'updateFriend', untagged)).friend;
    expect(after).toMatchObject({ remark: 'Boss', tags: [] });
    expect((await feed(a)).at(-1)).toEqual({
      $case: 'friendChanged',
      value: { friend: after, removed: false },
    });
    expect((await bob(Friends, 'listFriends', {})).friends).toMatchObject([{ remark: '' }]);
    expect((await ann(Friends, 'searchFriends', { query: 'os' })).friends).toEqual([after]);
    expect((await ann(Friends, 'searchFriends', { query: 'zz' })).friends).toEqual([]);
    const gone = failureOf(ann(Friends, 'updateFriend', { ...to(a), remark: 'me' }));
    expect((await gone).field).toBe('user_id');
  });

  it('end for both, with what was said kept, and may begin again', async () => {
    await both.befriend();
    await say(b);
    await ann(Friends, 'deleteFriend', to(b));
    await ann(Friends, 'deleteFriend', to(b));
    expect([await friendsOf(ann), await friendsOf(bob)]).toEqual([[], []]);
    for (const who of [a, b]) {
      expect((await feed(who)).at(-1)).toMatchObject({ value: { removed: true } });
    }
    expect(await log(both.chat, b)).toHaveLength(2);
    await both.befriend();
    expect(await friendsOf(bob)).toEqual([a]);
    expect(await log(both.chat, b)).toHaveLength(3);
  });

  it('are listed whole by pages, or only what changed, ends too', async () => {
    const others = [1, 2].map((n) => `list-${pair}-${n}`);
    for (const other of others) {
      await (
        await user(other)
      )(Friends, 'sendFriendRequest', to(a));
      await ann(Friends, 'acceptFriendRequest', to(other));
    }
    const first = await ann(Friends, 'listFriends', { limit: 1 });
    expect(first.friends.map(({ userId }) => userId)).toEqual([others[0]]);
    await both.befriend();
    const rest = await ann(Friends, 'listFriends', { limit: 1, pageToken: first.nextPageToken });
    expect(rest.friends.map(({ userId }) => userId)).toEqual([others[1]]);
    expect(rest.feedSeq).toBe(first.feedSeq);
    await ann(Friends, 'deleteFriend', to(others[0] ?? ''));
    const changes = { sinceFeedSeq: first.feedSeq, limit: 1 };
    const one = await ann(Friends, 'listFriends', changes);
    expect([one.friends.map(({ userId }) => userId), one.removedUserIds]).toEqual([[b], []]);
    const two = await ann(Friends, 'listFriends', { ...changes, pageToken: one.nextPageToken });
    expect([two.friends, two.removedUserIds]).toEqual([[], [others[0]]]);
    const none = await ann(Friends, 'listFriends', { sinceFeedSeq: two.feedSeq });
    expect(none).toMatchObject({ friends: [], removedUserIds: [], nextPageToken: '' });
  });

  it('are no more than the app allows, on either side', async () => {
    const others = await Promise.all([1, 2, 3].map((n) => user(`full-${pair}-${n}`)));
    for (const [n, other] of others.entries()) {
      await other(Friends, 'sendFriendRequest', to(b));
      await bob(Friends, 'acceptFriendRequest', to(`full-${pair}-${n + 1}`));
    }
    const full = { code: 'LIMIT_EXCEEDED', field: 'maxFriends' };
    expect(await failureOf(ask())).toEqual(full);
    expect(await failureOf(bob(Friends, 'sendFriendRequest', to(a)))).toEqual(full);
    await bob(Friends, 'deleteFriend', to(`full-${pair}-1`));
    await both.befriend();
  });
});

describe('a block', () => {
  it('refuses messages and requests of the blocked, of which nothing is stored', async () => {
    await say(b);
    await ann(Friends, 'blockUser', to(b));
    expect((await failureOf(say(b))).code).toBe('BLOCKED');
    const asked = failureOf(bob(Friends, 'sendFriendRequest', to(a)));
    expect(await asked).toEqual({ code: 'BLOCKED', field: 'user_id' });
    expect((await failureOf(ask())).code).toBe('PERMISSION_DENIED');
    expect(await log(both.chat, a)).toHaveLength(1);
    const list = await ann(Friends, 'listFriendRequests', { direction: Direction.INCOMING });
    expect(list.requests).toEqual([]);
    expect(await kinds(b)).toEqual([]);
    // The blocker may write, and take own words back.
    await say(a);
    expect((await ann(Friends, 'listBlocks', {})).userIds).toEqual([b]);
    await ann(Friends, 'unblockUser', to(b));
    await say(b);
    expect(await kinds(a)).toEqual(['blockChanged', 'blockChanged']);
  });

  it('holds in a chat in which nobody has spoken yet', async () => {
    await ann(Friends, 'blockUser', to(b));
    expect((await failureOf(say(b))).code).toBe('BLOCKED');
    expect(await log(both.chat, a)).toEqual([]);
  });

  it('leaves a friendship as it is', async () => {
    await both.befriend();
    await bob(Friends, 'blockUser', to(a));
    expect(await friendsOf(ann)).toEqual([b]);
    expect((await failureOf(say(a))).code).toBe('BLOCKED');
    await bob(Friends, 'unblockUser', to(a));
    await say(a);
  });

  it('comes before a message of the same moment or after it', async () => {
    const device = await rig.signedIn(app, b, 1);
    for (let round = 0; round < 4; round += 1) {
      const sends = Array.from({ length: 6 }, () => device.send(both.chat, newId()));
      const [, ...sent] = await Promise.allSettled([ann(Friends, 'blockUser', to(b)), ...sends]);
      for (const one of sent) {
        if (one.status === 'fulfilled') continue;
        expect((await failureOf(Promise.reject(one.reason as Error))).code).toBe('BLOCKED');
      }
      const before = await log(both.chat, a);
      expect((await failureOf(device.send(both.chat, newId()))).code).toBe('BLOCKED');
      expect(await log(both.chat, a)).toHaveLength(before.length);
      await ann(Friends, 'unblockUser', to(b));
    }
  });

  it('is one of a few, and the same one counts once', async () => {
    const others = [1, 2].map((n) => `blk-${pair}-${n}`);
    await Promise.all(others.map((other) => user(other)));
    await ann(Friends, 'blockUser', to(b));
    await ann(Friends, 'blockUser', to(others[0] ?? ''));
    await ann(Friends, 'blockUser', to(b));
    const third = ann(Friends, 'blockUser', to(others[1] ?? ''));
    expect(await failureOf(third)).toEqual({ code: 'LIMIT_EXCEEDED', field: 'maxBlocks' });
    const first = await ann(Friends, 'listBlocks', { limit: 1 });
    expect(first.userIds).toEqual([others[0]]);
    const second = await ann(Friends, 'listBlocks', { limit: 1, pageToken: first.nextPageToken });
    expect(second.userIds).toEqual([b]);
  });
});
