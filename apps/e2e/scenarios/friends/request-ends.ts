import {
  FriendRequest_State as State,
  FriendServiceDefinition as Friends,
  ListFriendRequestsRequest_Direction as Direction,
} from '@queqiao/protocol/client';
import { queryRows, type TestCluster } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { useStage } from '../../src/stage/stage.js';
import { chatOf, part } from '../../src/stage/befriend.js';
import { newId } from '../../src/stage/two-ways.js';

const EXPIRY_MS = 60_000;
const INCOMING = { direction: Direction.INCOMING };

export function requestEnds(cluster: () => TestCluster): void {
  const stage = useStage(cluster, 'request-ends', {
    requestExpiryMs: EXPIRY_MS,
    maxPendingRequests: 1,
  });

  /** Alice asks bob, and both are told. */
  async function ask(text: string): Promise<void> {
    await stage().person('alice').does(Friends, 'sendFriendRequest', { userId: 'bob', text });
    await told(State.PENDING, { text });
  }

  async function told(state: State, more: object = {}): Promise<void> {
    const request = { fromUserId: 'alice', state, ...more };
    for (const person of stage().cast.slice(0, 2)) {
      await person.hears(person.feed, { friendRequestChanged: { request } });
    }
  }

  async function accept(): Promise<void> {
    const [alice, bob] = stage().cast;
    await bob.does(Friends, 'acceptFriendRequest', { userId: 'alice' });
    for (const person of [alice, bob]) {
      await person.hears(person.feed, { friendChanged: { removed: false } });
      await person.hears(chatOf(alice, bob), { becameFriends: {} });
    }
    await told(State.ACCEPTED);
    await part(alice, bob);
  }

  it('a rejected one says why, is over, and may be made again', async () => {
    const [alice, bob] = stage().cast;
    await ask('hi');
    const rejection = { userId: 'alice', answer: 'do I know you?' };
    const { request } = await bob.does(Friends, 'rejectFriendRequest', rejection);
    expect(request).toMatchObject({ state: State.REJECTED, answer: 'do I know you?' });
    await told(State.REJECTED, { answer: 'do I know you?' });
    const late = { userId: 'alice' };
    expect(await bob.refused(Friends, 'acceptFriendRequest', late)).toBe('CONFLICT user_id');
    expect(await bob.refused(Friends, 'rejectFriendRequest', late)).toBe('CONFLICT user_id');
    const cancelling = { userId: 'bob' };
    expect(await alice.refused(Friends, 'cancelFriendRequest', cancelling)).toBe(
      'CONFLICT user_id',
    );
    await ask('the one from school');
    await accept();
  });

  it('one that was taken back cannot be answered, and may be made again', async () => {
    const [alice, bob] = stage().cast;
    await ask('oops');
    const { request } = await alice.does(Friends, 'cancelFriendRequest', { userId: 'bob' });
    expect(request).toMatchObject({ state: State.CANCELLED });
    await told(State.CANCELLED);
    const answer = { userId: 'alice' };
    expect(await bob.refused(Friends, 'acceptFriendRequest', answer)).toBe('CONFLICT user_id');
    const list = await bob.reads(Friends, 'listFriendRequests', INCOMING);
    expect(list).toMatchObject({ requests: [{ state: State.CANCELLED }], unreadCount: 0 });
    await ask('after all');
    await accept();
  });

  it('one that waits is renewed by asking again, and counts once', async () => {
    await ask('hello?');
    await ask('hello??');
    const [alice, bob] = stage().cast;
    const list = await bob.reads(Friends, 'listFriendRequests', INCOMING);
    expect(list).toMatchObject({ requests: [{ text: 'hello??' }], unreadCount: 1 });
    const another = { userId: 'carol' };
    const refusal = await alice.refused(Friends, 'sendFriendRequest', another);
    expect(refusal).toBe('LIMIT_EXCEEDED maxPendingRequests');
    await accept();
  });

  it('a forgotten one expires as the app has set, and may be made again', async () => {
    const [alice, bob] = stage().cast;
    await ask('are you there?');
    const list = () => bob.reads(Friends, 'listFriendRequests', INCOMING);
    const [waiting] = (await list()).requests;
    expect((waiting?.expiresMs ?? 0) - (waiting?.updatedMs ?? 0)).toBe(EXPIRY_MS);
    await passTime(EXPIRY_MS);
    const expired = { requests: [{ state: State.EXPIRED }], unreadCount: 0 };
    expect(await list()).toMatchObject(expired);
    const late = { userId: 'alice' };
    expect(await bob.refused(Friends, 'acceptFriendRequest', late)).toBe('CONFLICT user_id');
    expect(await bob.refused(Friends, 'rejectFriendRequest', late)).toBe('CONFLICT user_id');
    const cancelling = { userId: 'bob' };
    expect(await alice.refused(Friends, 'cancelFriendRequest', cancelling)).toBe(
      'CONFLICT user_id',
    );
    await ask('still me');
    await accept();
  });

  it('two who ask each other at once are friends, whichever was first', async () => {
    const [alice, bob] = stage().cast;
    for (let round = 0; round < 5; round += 1) {
      const [mine, yours] = await Promise.all([
        alice.phone.call(Friends, 'sendFriendRequest', { clientRequestId: newId(), userId: 'bob' }),
        bob.desk.call(Friends, 'sendFriendRequest', { clientRequestId: newId(), userId: 'alice' }),
      ]);
      const [first, second] = mine.friend === undefined ? [mine, yours] : [yours, mine];
      expect(first).toMatchObject({ friend: undefined, request: { state: State.PENDING } });
      expect(second.friend).toBeDefined();
      expect(second.request).toMatchObject({
        fromUserId: first.request?.fromUserId,
        state: State.ACCEPTED,
      });
      for (const person of [alice, bob]) {
        const asked = { by: first.request?.fromUserId ?? '', friendRequestChanged: {} };
        await person.hears(person.feed, asked, { friendChanged: {} }, { friendRequestChanged: {} });
        await person.hears(chatOf(alice, bob), { becameFriends: {} });
      }
      await part(alice, bob);
    }
  });

  /** Makes all requests of the app older. */
  async function passTime(ms: number): Promise<void> {
    const sql = 'UPDATE friend_requests SET expires_ms = expires_ms - ? WHERE app_id = ?';
    await queryRows(cluster().database.rootUrl, sql, [ms, stage().app.appId]);
  }
}
