import {
  FriendServiceDefinition as Friends,
  FriendSource_Way as Way,
  UserServiceDefinition as Users,
} from '@queqiao/protocol/client';
import { FriendServiceDefinition as ServerFriends } from '@queqiao/protocol/server';
import type { TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiRig, failureOf, newId, type UserCall } from '../rig/api-rig.js';

let rig: ApiRig;
let friendly: TestApp;
let business: TestApp;

beforeAll(async () => {
  rig = await ApiRig.start(2);
  friendly = await rig.createApp('friendly', { directRule: 'friends', maxFriends: 2 });
  business = await rig.createApp('business', { directRule: 'business' });
  for (const app of [friendly, business]) {
    await rig.backEnd(`Bearer ${app.credential}`).upsert('ann', 'bob', 'carl', 'dora', 'eve');
  }
});
afterAll(() => rig.stop());

const id = () => ({ clientRequestId: newId() });
const say = async (app: TestApp, from: string, chat: string, node = 0) =>
  (await rig.signedIn(app, from, node)).send(chat, newId());

describe('where only friends may talk', () => {
  it('the first message of strangers is refused, and nothing of it stays', async () => {
    for (const node of [0, 1]) {
      const refused = await failureOf(say(friendly, 'ann', 'd:ann:bob', node));
      expect(refused.code).toBe('NOT_A_FRIEND');
    }
    const device = await rig.signedIn(friendly, 'bob');
    expect((await device.sync()).conversations).toEqual([]);
    expect((await device.pull({ conversationId: 'd:ann:bob' })).entries).toEqual([]);
    // Notes to self need no friend.
    await say(friendly, 'ann', 'd:ann:ann');
  });

  it('friends talk until they part', async () => {
    const ann = await rig.calls(friendly, 'ann');
    const bob = await rig.calls(friendly, 'bob', 1);
    await ann(Friends, 'sendFriendRequest', { ...id(), userId: 'bob' });
    await bob(Friends, 'acceptFriendRequest', { ...id(), userId: 'ann' });
    await say(friendly, 'ann', 'd:ann:bob');
    await say(friendly, 'bob', 'd:ann:bob', 1);
    await bob(Friends, 'deleteFriend', { ...id(), userId: 'ann' });
    for (const who of ['ann', 'bob']) {
      expect((await failureOf(say(friendly, who, 'd:ann:bob'))).code).toBe('NOT_A_FRIEND');
    }
  });
});

describe('where the app decides', () => {
  it('two talk once it has allowed it, friends or not, and no longer than that', async () => {
    const backEnd = rig.backEndCalls(business, 1);
    const set = (allowed: boolean) =>
      backEnd(ServerFriends, 'setDirectChat', { ...id(), userA: 'bob', userB: 'ann', allowed });
    expect((await failureOf(say(business, 'ann', 'd:ann:bob'))).code).toBe('NOT_A_FRIEND');
    const request = { ...id(), userA: 'ann', userB: 'bob', allowed: true };
    await Promise.all([1, 2].map(() => backEnd(ServerFriends, 'setDirectChat', request)));
    await say(business, 'ann', 'd:ann:bob');
    await say(business, 'bob', 'd:ann:bob', 1);
    await set(false);
    expect((await failureOf(say(business, 'bob', 'd:ann:bob'))).code).toBe('NOT_A_FRIEND');
    // A repeated call is the first one, whatever came since.
    await backEnd(ServerFriends, 'setDirectChat', request);
    expect((await failureOf(say(business, 'bob', 'd:ann:bob'))).code).toBe('NOT_A_FRIEND');
    await set(true);
    await say(business, 'bob', 'd:ann:bob');
  });

  it('refuses what cannot be right, by the name of the field', async () => {
    const backEnd = rig.backEndCalls(business);
    const bad: [object, string, string][] = [
      [{ clientRequestId: '' }, 'INVALID_ARGUMENT', 'client_request_id'],
      [{ userA: 'a:b' }, 'INVALID_ARGUMENT', 'user_a'],
      [{ userB: 'ann' }, 'INVALID_ARGUMENT', 'user_b'],
      [{ userA: 'zoe' }, 'NOT_FOUND', 'user_a'],
      [{ userB: 'zoe' }, 'NOT_FOUND', 'user_b'],
    ];
    for (const [more, code, field] of bad) {
      const request = { ...id(), userA: 'ann', userB: 'bob', allowed: true, ...more };
      expect(await failureOf(backEnd(ServerFriends, 'setDirectChat', request))).toEqual({
        code,
        field,
      });
    }
  });
});

describe('friends made by a back end', () => {
  let backEnd: UserCall;
  let carl: UserCall;
  const listOf = async (userId: string) =>
    (await backEnd(ServerFriends, 'listFriends', { userId })).friends.map((one) => one.userId);
  const pair = (userA: string, userB: string) => ({ userA, userB });
  beforeAll(async () => {
    backEnd = rig.backEndCalls(friendly);
    carl = await rig.calls(friendly, 'carl', 1);
  });

  it('are friends without having been asked, told so, and let go the same way', async () => {
    await carl(Friends, 'sendFriendRequest', { ...id(), userId: 'dora', text: 'hej', remark: 'D' });
    const pairs = [pair('carl', 'dora'), pair('carl', 'eve'), pair('eve', 'carl')];
    const answer = await backEnd(ServerFriends, 'addFriends', { ...id(), pairs });
    expect(answer).toEqual({ added: pairs.slice(0, 2), overLimit: [] });
    expect([await listOf('carl'), await listOf('dora')]).toEqual([['dora', 'eve'], ['carl']]);
    const [dora] = (await carl(Friends, 'listFriends', {})).friends;
    expect(dora).toMatchObject({ remark: 'D', source: { way: Way.BUSINESS } });
    const device = await rig.signedIn(friendly, 'dora');
    const told = (await device.pull({ conversationId: 's:dora' })).entries;
    expect(told.map(({ content }) => content?.body?.$case)).toEqual([
      'friendRequestChanged',
      'friendChanged',
      'friendRequestChanged',
    ]);
    const [greeting] = (await device.pull({ conversationId: 'd:carl:dora' })).entries;
    expect(greeting?.sender?.id).toBe('');
    const words = { requesterId: 'carl', text: 'hej' };
    expect(greeting?.content?.body).toEqual({ $case: 'becameFriends', value: words });
    const removal = { ...id(), pairs: [pair('dora', 'carl'), pair('dora', 'eve')] };
    const removed = await backEnd(ServerFriends, 'removeFriends', removal);
    expect(removed.removed).toEqual([pair('dora', 'carl')]);
    expect(await listOf('dora')).toEqual([]);
  });

  it('are made once by a call that is repeated, also through two nodes at the same moment', async () => {
    const there = rig.backEndCalls(friendly, 1);
    const request = { ...id(), pairs: [pair('ann', 'dora')] };
    const both = [backEnd, there, backEnd, there];
    const answers = await Promise.all(both.map((who) => who(ServerFriends, 'addFriends', request)));
    for (const { added } of answers) expect(added).toEqual(request.pairs);
    const device = await rig.signedIn(friendly, 'ann');
    const { entries } = await device.pull({ conversationId: 'd:ann:dora' });
    expect(entries).toHaveLength(1);
    const again = await backEnd(ServerFriends, 'addFriends', { ...request, ...id() });
    expect(again.added).toEqual([]);
  });

  it('stop at what the app allows, pair by pair', async () => {
    const pairs = [pair('bob', 'carl'), pair('bob', 'dora'), pair('bob', 'eve')];
    const answer = await backEnd(ServerFriends, 'addFriends', { ...id(), pairs });
    expect(answer.added).toHaveLength(2);
    expect(answer.overLimit).toEqual([pair('bob', 'eve')]);
    expect(await listOf('bob')).toHaveLength(2);
  });

  it('are of this app: others exist for it no more than those who do not', async () => {
    const other = await rig.createApp('elsewhere');
    await rig.backEnd(`Bearer ${other.credential}`).upsert('stranger', 'local');
    const failures = async (userId: string) => [
      await failureOf(carl(Friends, 'sendFriendRequest', { ...id(), userId })),
      await failureOf(carl(Friends, 'acceptFriendRequest', { ...id(), userId })),
      await failureOf(carl(Friends, 'rejectFriendRequest', { ...id(), userId })),
      await failureOf(carl(Friends, 'cancelFriendRequest', { ...id(), userId })),
      await failureOf(carl(Friends, 'updateFriend', { ...id(), userId })),
      await failureOf(carl(Friends, 'deleteFriend', { ...id(), userId })),
      await failureOf(carl(Friends, 'blockUser', { ...id(), userId })),
      await failureOf(carl(Friends, 'unblockUser', { ...id(), userId })),
      await failureOf(backEnd(ServerFriends, 'listFriends', { userId })),
    ];
    const unknown = Array.from({ length: 9 }, () => ({ code: 'NOT_FOUND', field: 'user_id' }));
    expect(await failures('stranger')).toEqual(unknown);
    expect(await failures('nobody')).toEqual(unknown);
    const add = { ...id(), pairs: [pair('carl', 'stranger')] };
    const refused = await failureOf(backEnd(ServerFriends, 'addFriends', add));
    expect(refused).toEqual({ code: 'NOT_FOUND', field: 'pairs[0].user_b' });
    // Two users of one name are two people.
    const local = await rig.calls(other, 'local');
    await local(Users, 'getMe', {});
    expect((await local(Friends, 'listFriends', {})).friends).toEqual([]);
  });
});
