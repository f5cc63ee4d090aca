import { parseAppId, parseUserId } from '@queqiao/domain';
import {
  AddFriendRule,
  FriendRequest_State as State,
  FriendServiceDefinition as Friends,
  FriendSource_Way as Way,
  ListFriendRequestsRequest_Direction as Direction,
  UserServiceDefinition as Users,
  type Content,
  type Entry,
} from '@queqiao/protocol/client';
import type { TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApiRig, failureOf, newId, type UserCall } from './api-rig.js';

let rig: ApiRig;
let app: TestApp;
let pair = 0;
/** Two new users for each test, who come in through different nodes. */
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
  [a, b] = [`ann-${pair}`, `bob-${pair}`];
  ann = await user(a);
  bob = await user(b, 1);
});

/** Somebody who has signed in once. */
async function user(userId: string, node = 0): Promise<UserCall> {
  const calls = await rig.calls(app, userId, node);
  await calls(Users, 'getMe', {});
  return calls;
}

const to = (userId: string) => ({ clientRequestId: newId(), userId });
const chat = () => `d:${a}:${b}`;
const ask = (more = {}) => ann(Friends, 'sendFriendRequest', { ...to(b), text: 'hi', ...more });
const accept = (more = {}) => bob(Friends, 'acceptFriendRequest', { ...to(a), ...more });
async function befriend(): Promise<void> {
  await ask();
  await accept();
}

/** What a week does to a request of ann to bob. */
function expire(): Promise<void> {
  const sides = { userId: parseUserId(a), peerId: parseUserId(b), feeds: 'both' } as const;
  const work = { appId: parseAppId(app.appId), owner: 'test', dispatchDelayMs: 0, request: null };
  const sender = { kind: 'system', id: '' } as const;
  const entry = () => ({
    kind: 'friendRequestChanged',
    content: new Uint8Array(),
    sender,
    countable: false,
    shown: false,
  });
  return rig.withStores(({ friends }) =>
    friends.change({ ...work, ...sides, chat: false }, ({ own, nowMs }) => {
      if (own.request === null) throw new Error('there is no request');
      const request = { ...own.request, expiresMs: nowMs };
      return { steps: [{ op: 'request', request, entry }], answer: () => null };
    }),
  );
}

async function log(conversationId: string, who: string): Promise<Entry[]> {
  const device = await rig.signedIn(app, who, 1);
  return (await device.pull({ conversationId })).entries;
}
type Body = NonNullable<Content['body']>;
const feed = async (who: string): Promise<Body[]> =>
  (await log(`s:${who}`, who)).flatMap(({ content }) => content?.body ?? []);
const kinds = async (who: string) => (await feed(who)).map(({ $case }) => $case);
const friendsOf = async (who: UserCall) =>
  (await who(Friends, 'listFriends', {})).friends.map(({ userId }) => userId);
const say = async (from: string, other = b) =>
  (await rig.signedIn(app, from)).send(
    from < other ? `d:${from}:${other}` : `d:${other}:${from}`,
    newId(),
  );

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
    expect(answer.conversationId).toBe(chat());
    expect(answer.friend).toMatchObject({ userId: a, remark: 'Annie', tags: [] });
    const [own] = (await ann(Friends, 'listFriends', {})).friends;
    expect(own).toMatchObject({ userId: b, remark: 'Bobby', tags: ['work'] });
    const [greeting] = await log(chat(), a);
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
    const shown = conversations.find(({ conversationId }) => conversationId === chat());
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
    await expire();
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
    expect(await log(chat(), a)).toHaveLength(1);
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

describe('friends', () => {
  it('are named and tagged for oneself', async () => {
    await befriend();
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
    await befriend();
    await say(b, a);
    await ann(Friends, 'deleteFriend', to(b));
    await ann(Friends, 'deleteFriend', to(b));
    expect([await friendsOf(ann), await friendsOf(bob)]).toEqual([[], []]);
    for (const who of [a, b]) {
      expect((await feed(who)).at(-1)).toMatchObject({ value: { removed: true } });
    }
    expect(await log(chat(), b)).toHaveLength(2);
    await befriend();
    expect(await friendsOf(bob)).toEqual([a]);
    expect(await log(chat(), b)).toHaveLength(3);
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
    await befriend();
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
    await befriend();
  });
});

describe('a block', () => {
  it('refuses messages and requests of the blocked, of which nothing is stored', async () => {
    await say(b, a);
    await ann(Friends, 'blockUser', to(b));
    expect((await failureOf(say(b, a))).code).toBe('BLOCKED');
    const asked = failureOf(bob(Friends, 'sendFriendRequest', to(a)));
    expect(await asked).toEqual({ code: 'BLOCKED', field: 'user_id' });
    expect((await failureOf(ask())).code).toBe('PERMISSION_DENIED');
    expect(await log(chat(), a)).toHaveLength(1);
    const list = await ann(Friends, 'listFriendRequests', { direction: Direction.INCOMING });
    expect(list.requests).toEqual([]);
    expect(await kinds(b)).toEqual([]);
    // The blocker may write, and take own words back.
    await say(a);
    expect((await ann(Friends, 'listBlocks', {})).userIds).toEqual([b]);
    await ann(Friends, 'unblockUser', to(b));
    await say(b, a);
    expect(await kinds(a)).toEqual(['blockChanged', 'blockChanged']);
  });

  it('holds in a chat in which nobody has spoken yet', async () => {
    await ann(Friends, 'blockUser', to(b));
    expect((await failureOf(say(b, a))).code).toBe('BLOCKED');
    expect(await log(chat(), a)).toEqual([]);
  });

  it('leaves a friendship as it is', async () => {
    await befriend();
    await bob(Friends, 'blockUser', to(a));
    expect(await friendsOf(ann)).toEqual([b]);
    expect((await failureOf(say(a))).code).toBe('BLOCKED');
    await bob(Friends, 'unblockUser', to(a));
    await say(a);
  });

  it('comes before a message of the same moment or after it', async () => {
    const device = await rig.signedIn(app, b, 1);
    for (let round = 0; round < 4; round += 1) {
      const sends = Array.from({ length: 6 }, () => device.send(chat(), newId()));
      const [, ...sent] = await Promise.allSettled([ann(Friends, 'blockUser', to(b)), ...sends]);
      for (const one of sent) {
        if (one.status === 'fulfilled') continue;
        expect((await failureOf(Promise.reject(one.reason as Error))).code).toBe('BLOCKED');
      }
      const before = await log(chat(), a);
      expect((await failureOf(device.send(chat(), newId()))).code).toBe('BLOCKED');
      expect(await log(chat(), a)).toHaveLength(before.length);
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
