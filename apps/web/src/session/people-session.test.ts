import {
  AddFriendRule,
  FriendRequest_State,
  InviteRule,
  PostsRange,
  PresenceRule,
  QueqiaoError,
  type ClientEvents,
  type Friend,
  type FriendRequest,
  type Presence,
} from '@queqiao/sdk';
import { beforeEach, describe, expect, it } from 'vitest';
import { NO_PEOPLE, reducePeople, type PeopleState } from '../state/people-state.js';
import { PeopleSession, type PeopleClient } from './people-session.js';

const FRIEND: Friend = {
  userId: 'bob',
  remark: '',
  tags: [],
  source: undefined,
  createdMs: 1,
  feedSeq: 1,
  hideMyPosts: false,
  hideTheirPosts: false,
};

function request(fromUserId: string, toUserId: string, updatedMs: number): FriendRequest {
  const state = FriendRequest_State.PENDING;
  const rest = { text: 'hello', source: undefined, answer: '', createdMs: 1, expiresMs: 0 };
  return { fromUserId, toUserId, updatedMs, state, read: false, ...rest };
}

/** The client library as far as it is about people; tests play the server. */
class FakePeopleClient {
  readonly listeners = new Map<string, (event: never) => void>();
  readonly calls: string[] = [];
  refusal: QueqiaoError | undefined;
  unreadCount = 1;
  incoming = [request('carol', 'alice', 2)];
  found: { userId: string; nickname: string }[] = [];

  on = (name: string, listener: (event: never) => void) => {
    this.listeners.set(name, listener);
    return () => undefined;
  };
  emit<N extends keyof ClientEvents>(name: N, event: ClientEvents[N]) {
    this.listeners.get(name)?.(event as never);
  }
  async answer<T>(call: string, value: T): Promise<T> {
    this.calls.push(call);
    if (this.refusal !== undefined) throw this.refusal;
    return value;
  }
  users = {
    me: () =>
      this.answer('me', {
        user: { userId: 'alice', nickname: 'Alice', avatarUrl: '', signature: '' },
        settings: {
          addFriend: AddFriendRule.REQUEST,
          invite: InviteRule.ASK,
          presence: PresenceRule.EVERYONE,
          postsRange: PostsRange.ONE_MONTH,
        },
        handle: '+123',
      }),
    search: (query: string) =>
      this.answer(`search ${query}`, { users: this.found.map((user) => ({ user })) }),
    updateMe: (patch: object) => this.answer(`me ${JSON.stringify(patch)}`, undefined),
    updateMySettings: (patch: object) =>
      this.answer(`settings ${JSON.stringify(patch)}`, undefined),
  };
  requests = {
    unreadCount: 1,
    list: (direction: string) =>
      this.answer(`list ${direction}`, {
        requests: direction === 'incoming' ? this.incoming : [],
      }),
    send: (userId: string) => this.answer(`send ${userId}`, undefined),
    accept: (userId: string) => this.answer(`accept ${userId}`, undefined),
    markRead: async () => {
      await this.answer('markRead', undefined);
      this.requests.unreadCount = 0;
    },
  };
  friends = {
    requests: this.requests,
    load: () => this.answer('load', []),
    update: (userId: string, patch: object) =>
      this.answer(`update ${userId} ${JSON.stringify(patch)}`, undefined),
    listBlocks: () => this.answer('blocks', { userIds: ['mallory'] }),
  };
  presence = {
    subscribe: (ids: readonly string[]) =>
      this.answer(
        `watch ${ids.join()}`,
        ids.map((userId): Presence => ({ userId, online: true, platforms: [], lastSeenMs: 0 })),
      ),
  };
}

let client: FakePeopleClient;
let session: PeopleSession;
let state: PeopleState;
let named: string[];

beforeEach(() => {
  client = new FakePeopleClient();
  state = NO_PEOPLE;
  named = [];
  session = new PeopleSession({
    client: client as unknown as PeopleClient,
    tell: (change) => void (state = reducePeople(state, change)),
    onPeople: (ids) => void named.push(...ids),
  });
});

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

async function started(): Promise<void> {
  session.start();
  await settle();
}

describe('PeopleSession', () => {
  it('shows the profile, the requests that wait and whom the person has blocked', async () => {
    await started();
    expect(state.profile).toEqual({
      nickname: 'Alice',
      avatarUrl: '',
      signature: '',
      handle: '+123',
      addFriend: 'request',
      invite: 'ask',
      presence: 'everyone',
      postsRange: 'oneMonth',
    });
    expect(state.requests).toMatchObject([{ fromId: 'carol', waiting: true, text: 'hello' }]);
    expect([[...state.blocked], state.unreadRequests]).toEqual([['mallory'], 1]);
    expect(named).toEqual(['carol', 'alice', 'mallory']);
  });

  it('asks again once there is a connection, and not after that', async () => {
    client.refusal = new QueqiaoError('DEADLINE_EXCEEDED', 'no connection');
    await started();
    expect(state.profile).toBeUndefined();
    client.refusal = undefined;
    session.online();
    await settle();
    expect(state.profile?.nickname).toBe('Alice');
    const before = client.calls.length;
    session.online();
    await settle();
    expect(client.calls).toHaveLength(before);
  });

  it('follows what is told, and watches friends', async () => {
    await started();
    client.emit('friends', { friends: [{ ...FRIEND, remark: 'Bobby' }] });
    await settle();
    expect(state.friends.get('bob')?.remark).toBe('Bobby');
    expect(state.presences.get('bob')?.online).toBe(true);
    client.emit('presence', { userId: 'bob', online: false, platforms: [], lastSeenMs: 5 });
    expect(state.presences.get('bob')).toEqual({ userId: 'bob', online: false, lastSeenMs: 5 });
    client.emit('blockChanged', { userId: 'mallory', blocked: false });
    client.requests.unreadCount = 2;
    client.emit('friendRequestChanged', { request: request('dave', 'alice', 9), unreadCount: 2 });
    expect([state.blocked.size, state.unreadRequests]).toEqual([0, 2]);
    expect(state.requests.map(({ fromId }) => fromId)).toEqual(['dave', 'carol']);
    // Who is watched is not asked for again.
    client.emit('friends', { friends: [FRIEND] });
    expect(client.calls.filter((call) => call.startsWith('watch'))).toEqual(['watch bob']);
  });

  it('watches so many people and no more, and those who were refused later', async () => {
    await started();
    client.refusal = new QueqiaoError('LIMIT_EXCEEDED', 'too many');
    const ids = Array.from({ length: 150 }, (_, n) => `u${n}`);
    session.watch(ids);
    await settle();
    expect(state.presences.size).toBe(0);
    client.refusal = undefined;
    session.online();
    await settle();
    expect(state.presences.size).toBe(100);
    session.watch(['one more']);
    await settle();
    expect(state.presences.size).toBe(100);
  });

  it('marks requests as seen when there are any', async () => {
    await started();
    session.seeRequests();
    await settle();
    session.seeRequests();
    expect(client.calls.filter((call) => call === 'markRead')).toHaveLength(1);
    expect(state.unreadRequests).toBe(0);
  });

  it('shows what was searched for last', async () => {
    await started();
    client.found = [{ userId: 'bob', nickname: 'Bob' }];
    const first = session.search('b');
    const second = session.search('bo');
    await Promise.all([first, second]);
    expect(state.found).toMatchObject({ query: 'bo', people: [{ userId: 'bob' }] });
    await session.search('');
    expect(state.found).toBeUndefined();
  });

  it('saves what was changed of the profile, and asks for nothing when nothing was', async () => {
    await started();
    const before = client.calls.length;
    const profile = state.profile;
    if (profile === undefined) throw new Error('no profile');
    await session.saveProfile(profile);
    expect(client.calls).toHaveLength(before);
    await session.saveProfile({
      ...profile,
      signature: 'hi',
      presence: 'nobody',
      postsRange: 'threeDays',
    });
    expect(client.calls.slice(before)).toEqual([
      'me {"signature":"hi"}',
      `settings {"presence":${PresenceRule.NOBODY},"postsRange":${PostsRange.THREE_DAYS}}`,
    ]);
  });

  it('decides about a friend: name, tags, and whose posts are seen', async () => {
    await started();
    client.emit('friends', { friends: [{ ...FRIEND, hideTheirPosts: true }] });
    expect(state.friends.get('bob')).toMatchObject({ hideMine: false, hideTheirs: true });
    await session.decide('bob', { remark: 'B', tags: ['x'], hideMine: true, hideTheirs: false });
    expect(client.calls.at(-1)).toBe(
      'update bob {"remark":"B","tags":["x"],"hideMyPosts":true,"hideTheirPosts":false}',
    );
  });

  it('tells in words of its own why something is refused', async () => {
    await started();
    const told = async (error: QueqiaoError): Promise<unknown> => {
      client.refusal = error;
      return session.ask('bob', '').catch((problem: unknown) => problem);
    };
    expect(await told(new QueqiaoError('BLOCKED', 'x'))).toMatchObject({ key: 'theyBlockedYou' });
    expect(await told(new QueqiaoError('UNAVAILABLE', 'x'))).toMatchObject({ key: 'unreachable' });
    expect(await told(new QueqiaoError('INVALID_ARGUMENT', 'text: too long'))).toMatchObject({
      key: 'problem',
      values: ['text: too long'],
    });
  });
});
