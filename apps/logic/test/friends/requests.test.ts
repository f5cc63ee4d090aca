import {
  AddFriendRule,
  FriendRequest_State as State,
  FriendServiceDefinition as Friends,
  FriendSource_Way as Way,
  ListFriendRequestsRequest_Direction as Direction,
  UserServiceDefinition as Users,
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
const accept: FriendPair['accept'] = (more) => both.accept(more);
const log: FriendPair['log'] = (...of) => both.log(...of);
const feed: FriendPair['feed'] = (who) => both.feed(who);
const kinds: FriendPair['kinds'] = (who) => both.kinds(who);

describe('a friend request', () => {
  it('waits on both sides, unread until it is seen on some device', async () => {
    const source = { way: Way.QR, detail: 'poster' };
    const { friend, request } = await ask({ source });
    expect(friend).toBeUndefined();
    const sent = { fromUserId: a, toUserId: b, text: 'hi', source, state: State.PENDING };
    expect(request).toMatchObject({ ...sent, read: false });
    const incoming = { direction: Direction.INCOMING };
    const list = await bob(Friends, 'listFriendRequests', incoming);
    expect(list).toMatchObject({ requests: [sent], unreadCount: 1, nextPageToken: '' });
    const outgoing = await ann(Friends, 'listFriendRequests', { direction: Direction.OUTGOING });
    expect(outgoing).toMatchObject({ requests: [sent], unreadCount: 0 });
    expect(await feed(b)).toMatchObject([
      { $case: 'friendRequestChanged', value: { request: sent, unreadCount: 1 } },
    ]);
    expect(await feed(a)).toMatchObject([
      { $case: 'friendRequestChanged', value: { request: sent, unreadCount: 0 } },
    ]);
    const seen = await bob(Friends, 'markFriendRequestsRead', { clientRequestId: newId() });
    expect(seen.unreadCount).toBe(0);
    const after = await bob(Friends, 'listFriendRequests', incoming);
    expect(after).toMatchObject({ requests: [{ read: true }], unreadCount: 0 });
    expect(await kinds(b)).toEqual(['friendRequestChanged', 'requestsRead']);
  });

  it('that is accepted makes two friends, a greeting, and news on both sides', async () => {
    await ask({ remark: 'Bobby', tags: ['work'] });
    const answer = await accept({ remark: 'Annie' });
    expect(answer.conversationId).toBe(both.chat);
    expect(answer.friend).toMatchObject({ userId: a, remark: 'Annie', tags: [] });
    const [own] = (await ann(Friends, 'listFriends', {})).friends;
    expect(own).toMatchObject({ userId: b, remark: 'Bobby', tags: ['work'] });
    const [greeting] = await log(both.chat, a);
    expect(greeting).toMatchObject({
      seq: 1,
      ordinal: 0,
      sender: { id: b },
      content: { body: { $case: 'becameFriends', value: { requesterId: a, text: 'hi' } } },
    });
    for (const who of [a, b]) {
      const news = ['friendRequestChanged', 'friendChanged', 'friendRequestChanged'];
      expect(await kinds(who)).toEqual(news);
    }
    const { conversations } = await (await rig.signedIn(app, b)).sync();
    const shown = conversations.find(({ conversationId }) => conversationId === both.chat);
    expect(shown?.lastEntry?.content?.body?.$case).toBe('becameFriends');
    expect(shown?.member?.unread).toBe(0);
  });

  it('that is rejected says why, and may be made again', async () => {
    await ask();
    const { request } = await bob(Friends, 'rejectFriendRequest', { ...to(a), answer: 'who?' });
    expect(request).toMatchObject({ state: State.REJECTED, answer: 'who?', read: true });
    expect((await feed(a)).at(-1)).toMatchObject({
      value: { request: { state: State.REJECTED, answer: 'who?', read: false } },
    });
    expect(await failureOf(accept())).toEqual({ code: 'CONFLICT', field: 'user_id' });
    expect((await ask({ text: 'again' })).request).toMatchObject({ state: State.PENDING });
    await accept();
    expect(await friendsOf(ann)).toEqual([b]);
  });

  it('that was forgotten expires, and a new one renews it', async () => {
    await ask();
    await both.expire();
    const incoming = { direction: Direction.INCOMING };
    const list = await bob(Friends, 'listFriendRequests', incoming);
    expect(list).toMatchObject({ requests: [{ state: State.EXPIRED }], unreadCount: 0 });
    expect((await failureOf(accept())).code).toBe('CONFLICT');
    const cancel = ann(Friends, 'cancelFriendRequest', to(b));
    expect((await failureOf(cancel)).code).toBe('CONFLICT');
    await ask({ text: 'still there?' });
    const again = await bob(Friends, 'listFriendRequests', incoming);
    expect(again.requests).toMatchObject([{ state: State.PENDING, text: 'still there?' }]);
    await accept();
  });

  it('to who has asked oneself is an acceptance', async () => {
    await ask();
    const answer = await bob(Friends, 'sendFriendRequest', { ...to(a), remark: 'Annie' });
    expect(answer.friend).toMatchObject({ userId: a, remark: 'Annie' });
    expect(answer.request).toMatchObject({ fromUserId: a, state: State.ACCEPTED });
    expect(await friendsOf(ann)).toEqual([b]);
  });

  it('of both at the same moment makes one friendship and one greeting', async () => {
    for (let round = 0; round < 4; round += 1) {
      const [one, two] = [`x-${pair}-${round}`, `y-${pair}-${round}`];
      const [x, y] = [await user(one), await user(two, 1)];
      await Promise.all([
        x(Friends, 'sendFriendRequest', to(two)),
        y(Friends, 'sendFriendRequest', to(one)),
      ]);
      expect([await friendsOf(x), await friendsOf(y)]).toEqual([[two], [one]]);
      expect(await log(`d:${one}:${two}`, one)).toHaveLength(1);
    }
  });

  it('makes friends at once where anyone is welcome, and is refused where nobody is', async () => {
    const settings = (addFriend: AddFriendRule) =>
      bob(Users, 'updateMySettings', { clientRequestId: newId(), addFriend });
    await settings(AddFriendRule.NOBODY);
    expect(await failureOf(ask())).toEqual({ code: 'PERMISSION_DENIED', field: 'user_id' });
    await settings(AddFriendRule.ANYONE);
    expect((await ask()).friend?.userId).toBe(b);
    expect(await friendsOf(bob)).toEqual([a]);
    expect(await failureOf(ask())).toEqual({ code: 'ALREADY_EXISTS', field: 'user_id' });
  });

  it('is accepted or taken back, never both, through two nodes at the same moment', async () => {
    for (let round = 0; round < 5; round += 1) {
      await ask();
      const ends = await Promise.allSettled([accept(), ann(Friends, 'cancelFriendRequest', to(b))]);
      const failed = ends.flatMap((one) =>
        one.status === 'rejected' ? [one.reason as Error] : [],
      );
      expect(failed).toHaveLength(1);
      expect((await failureOf(Promise.reject(failed[0] as Error))).code).toBe('CONFLICT');
      const won = ends[0].status === 'fulfilled';
      expect([await friendsOf(ann), await friendsOf(bob)]).toEqual(won ? [[b], [a]] : [[], []]);
      if (won) await ann(Friends, 'deleteFriend', to(b));
    }
  });

  it('is carried out once when it is repeated, also at the same moment', async () => {
    const request = { ...to(b), text: 'once' };
    const there = await rig.calls(app, a, 1);
    const senders = [ann, there, ann, there];
    const sent = await Promise.all(
      senders.map((who) => who(Friends, 'sendFriendRequest', request)),
    );
    expect(new Set(sent.map((one) => one.request?.updatedMs)).size).toBe(1);
    expect(await kinds(b)).toEqual(['friendRequestChanged']);
    const accepting = to(a);
    const answers = await Promise.all([accept(accepting), accept(accepting)]);
    answers.push(await accept(accepting));
    expect(new Set(answers.map(({ friend }) => friend?.feedSeq)).size).toBe(1);
    expect(await log(both.chat, a)).toHaveLength(1);
  });

  it('is one of a few that may wait', async () => {
    const others = await Promise.all([1, 2].map((n) => user(`wait-${pair}-${n}`)));
    expect(others).toHaveLength(2);
    await ask();
    await ann(Friends, 'sendFriendRequest', to(`wait-${pair}-1`));
    const third = () => ann(Friends, 'sendFriendRequest', to(`wait-${pair}-2`));
    const full = { code: 'LIMIT_EXCEEDED', field: 'maxPendingRequests' };
    expect(await failureOf(third())).toEqual(full);
    await ask({ text: 'renewed' });
    await ann(Friends, 'cancelFriendRequest', to(b));
    await third();
  });

  it('is listed by pages, newest change first', async () => {
    for (let n = 0; n < 3; n += 1) {
      const other = await user(`page-${pair}-${n}`);
      await other(Friends, 'sendFriendRequest', to(b));
    }
    const seen: string[] = [];
    let pageToken = '';
    do {
      const request = { direction: Direction.INCOMING, limit: 2, pageToken };
      const page = await bob(Friends, 'listFriendRequests', request);
      seen.push(...page.requests.map(({ fromUserId }) => fromUserId));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(seen).toEqual([2, 1, 0].map((n) => `page-${pair}-${n}`));
  });
});
