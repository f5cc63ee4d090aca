import {
  FriendRequest_State as State,
  FriendServiceDefinition as Friends,
  FriendSource_Way as Way,
  ListFriendRequestsRequest_Direction as Direction,
} from '@queqiao/protocol/client';
import type { TestCluster } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { allHear } from '../../src/stage/group.js';
import { useStage } from '../../src/stage/stage.js';
import { chatOf, hearOfFriendship, part } from '../../src/stage/befriend.js';

const INCOMING = { direction: Direction.INCOMING };
const OUTGOING = { direction: Direction.OUTGOING };

export function requests(cluster: () => TestCluster): void {
  const stage = useStage(cluster, 'requests');

  it.each<[string, Way, string]>([
    ['an id', Way.ID, ''],
    ['a nickname', Way.NICKNAME, 'Bobby'],
    ['a phone number', Way.PHONE, '+8613800000000'],
    ['a QR code', Way.QR, 'poster'],
    ['a group', Way.GROUP, 'team'],
    ['a card', Way.CARD, 'carol'],
    ['the business', Way.BUSINESS, 'campaign 7'],
  ])(
    'a request by %s says so to both, with its text, until it is accepted',
    async (_by, way, detail) => {
      const [alice, bob] = stage().cast;
      const source = { way, detail };
      const asked = { fromUserId: 'alice', toUserId: 'bob', text: `by ${way}`, source };
      const labels = { remark: 'Bobby', tags: ['work'] };
      const request = { userId: 'bob', text: asked.text, source, ...labels };
      const sent = await alice.does(Friends, 'sendFriendRequest', request);
      expect(sent).toMatchObject({
        friend: undefined,
        request: { ...asked, state: State.PENDING },
      });
      const waits = { ...asked, state: State.PENDING, read: false };
      await alice.hears('s:alice', { friendRequestChanged: { request: waits, unreadCount: 0 } });
      await bob.hears('s:bob', { friendRequestChanged: { request: waits, unreadCount: 1 } });
      const answer = await bob.does(Friends, 'acceptFriendRequest', {
        userId: 'alice',
        remark: 'Al',
      });
      const chat = chatOf(alice, bob);
      expect(answer.conversationId).toBe(chat);
      expect(answer.friend).toMatchObject({ userId: 'alice', remark: 'Al', source });
      const done = { request: { ...asked, state: State.ACCEPTED }, unreadCount: 0 };
      const news = (friend: object) => [
        { by: 'bob', friendChanged: { friend, removed: false } },
        { by: 'bob', friendRequestChanged: done },
      ];
      await alice.hears('s:alice', ...news({ userId: 'bob', source, ...labels }));
      await bob.hears('s:bob', ...news({ userId: 'alice', source, remark: 'Al', tags: [] }));
      const greeting = { requesterId: 'alice', text: asked.text };
      await allHear([alice, bob], chat, { by: 'bob', becameFriends: greeting });
      await bob.says(chat, 'hello', alice);
      expect(await alice.refused(Friends, 'sendFriendRequest', request)).toBe(
        'ALREADY_EXISTS user_id',
      );
      await part(bob, alice);
    },
  );

  it('lists of both directions say what waits, what was seen, and how many were not', async () => {
    const [alice, bob, carol] = stage().cast;
    for (const person of [alice, bob]) {
      const request = { userId: 'carol', text: `I am ${person.id}` };
      await person.does(Friends, 'sendFriendRequest', request);
      await person.hears(person.feed, { friendRequestChanged: { unreadCount: 0 } });
    }
    const unread = (unreadCount: number) => ({ friendRequestChanged: { unreadCount } });
    await carol.hears('s:carol', unread(1), unread(2));
    const list = (more: object) =>
      carol.reads(Friends, 'listFriendRequests', { ...INCOMING, ...more });
    const first = await list({ limit: 1 });
    expect(first).toMatchObject({ requests: [{ fromUserId: 'bob', read: false }], unreadCount: 2 });
    const second = await list({ limit: 1, pageToken: first.nextPageToken });
    expect(second.requests).toMatchObject([
      { fromUserId: 'alice', text: 'I am alice', read: false },
    ]);
    const { unreadCount } = await carol.does(Friends, 'markFriendRequestsRead', {});
    expect(unreadCount).toBe(0);
    await carol.hears('s:carol', { by: 'carol', requestsRead: { list: 1 } });
    expect(await list({})).toMatchObject({
      requests: [
        { fromUserId: 'bob', read: true },
        { fromUserId: 'alice', read: true },
      ],
      unreadCount: 0,
    });
    const outgoing = await alice.reads(Friends, 'listFriendRequests', { ...OUTGOING, limit: 1 });
    // Whether it was seen is not told to the one who asked.
    expect(outgoing.requests).toMatchObject([
      { toUserId: 'carol', state: State.PENDING, read: false },
    ]);
    await carol.does(Friends, 'acceptFriendRequest', { userId: 'alice' });
    for (const person of [alice, carol]) {
      await person.hears(person.feed, { friendChanged: {} }, { friendRequestChanged: {} });
      await person.hears(chatOf(alice, carol), { becameFriends: { requesterId: 'alice' } });
    }
  });

  it('a request to who has asked oneself is an acceptance', async () => {
    const [alice, bob] = stage().cast;
    await alice.does(Friends, 'sendFriendRequest', { userId: 'bob', text: 'me first' });
    const { friend, request } = await bob.does(Friends, 'sendFriendRequest', { userId: 'alice' });
    expect(friend).toMatchObject({ userId: 'alice' });
    expect(request).toMatchObject({ fromUserId: 'alice', state: State.ACCEPTED });
    await hearOfFriendship(alice, bob);
    await part(alice, bob);
  });
}
