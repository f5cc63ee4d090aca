import {
  Content,
  Entry,
  GroupRole,
  JoinMode,
  QueqiaoError,
  type ClientEvents,
  type WatchedGroup,
} from '@queqiao/sdk';
import { beforeEach, describe, expect, it } from 'vitest';
import { NO_GROUPS, type GroupsState } from '../state/group-state.js';
import type { GroupClient } from './group-deps.js';
import { GroupSession } from './group-session.js';
import { toNotice } from './group-mapper.js';
import { peopleIn, toLine } from './mapper.js';

const proto = (userId: string, role = GroupRole.MEMBER) => ({
  userId,
  role,
  name: '',
  mutedUntilMs: 0,
  joinedMs: 1,
  inviterId: '',
});

/** A group that is watched, as the client library would show it. */
class FakeWatched {
  known = false;
  complete = false;
  closed = false;
  group: unknown;
  members: unknown[] = [];

  constructor(readonly groupId: string) {}

  loadMore = async (): Promise<boolean> => {
    this.members = [proto('alice', GroupRole.OWNER), proto('bob')];
    this.complete = true;
    return true;
  };
  close = (): void => void (this.closed = true);
}

class FakeGroups {
  readonly calls: unknown[][] = [];
  readonly watched: FakeWatched[] = [];
  applied: unknown[] = [];
  lookUp: () => Promise<unknown> = async () => ({ group: { name: 'Crew', memberCount: 2 } });

  watch = (groupId: string) => {
    const watched = new FakeWatched(groupId);
    this.watched.push(watched);
    return watched;
  };
  noted =
    (name: string, answer: unknown = {}) =>
    async (...values: unknown[]) => {
      this.calls.push([name, ...values]);
      return answer;
    };
  update = this.noted('update');
  setRole = this.noted('setRole');
  muteMembers = this.noted('muteMembers');
  addMembers = this.noted('addMembers');
  leave = async () => {
    throw new QueqiaoError('PERMISSION_DENIED', 'owners stay');
  };
  listMembers = this.noted('listMembers', { members: [proto('bob')], nextPageToken: 'next' });
  join = this.noted('join', { joined: false, conversationId: 'g:crew' });
  getMany = async () => new Map([['crew', { name: 'Crew' }]]);
  applications = {
    list: async () => ({ applications: this.applied, unreadCount: this.applied.length }),
    markRead: this.noted('applicationsRead'),
    handle: async (_group: string, userId: string) => {
      this.applied = this.applied.filter((one) => (one as { userId: string }).userId !== userId);
    },
  };
  invitations = {
    list: async () => ({ invitations: [], unreadCount: 0 }),
    answer: this.noted('answer', { joined: true }),
    markRead: this.noted('invitationsRead'),
  };
  links = {
    lookUp: () => this.lookUp(),
    join: this.noted('joinByLink', { conversationId: 'g:crew' }),
    list: async () => [{ token: 't1', uses: 3, creatorId: 'alice' }],
    create: this.noted('createLink'),
  };
  faceRooms = {
    enter: async () => ({ roomId: '0714-1', users: [{ userId: 'alice' }] }),
    join: this.noted('joinFace', { conversationId: 'g:face' }),
  };
}

let groups: FakeGroups;
let session: GroupSession;
let state: GroupsState;
let opened: (string | undefined)[];
let wanted: string[];
const listeners = new Map<string, ((event: never) => void)[]>();

beforeEach(() => {
  groups = new FakeGroups();
  state = NO_GROUPS;
  opened = [];
  wanted = [];
  listeners.clear();
  const client = {
    groups,
    on: (name: string, listener: (event: never) => void) => {
      listeners.set(name, [...(listeners.get(name) ?? []), listener]);
      return () => undefined;
    },
  };
  session = new GroupSession({
    client: client as unknown as GroupClient,
    meId: 'alice',
    state: () => state,
    change: (change) => void (state = { ...state, ...change }),
    open: (id) => void opened.push(id),
    existing: async (names) => names.map((name) => name.toLowerCase()),
    want: (ids) => void wanted.push(...ids),
    now: () => 1_000,
  });
  session.start();
});

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

function emit<N extends keyof ClientEvents>(name: N, event: ClientEvents[N]): void {
  for (const listener of listeners.get(name) ?? []) listener(event as never);
}

/** The open group is known, and has loaded its first members. */
async function show(): Promise<FakeWatched> {
  session.opened('g:crew');
  const watched = groups.watched[0] as FakeWatched;
  watched.known = true;
  watched.group = {
    groupId: 'crew',
    conversationId: 'g:crew',
    name: 'Crew',
    memberCount: 2,
    joinMode: JoinMode.FREE,
    self: proto('alice', GroupRole.OWNER),
  };
  emit('watchedGroup', watched as unknown as WatchedGroup);
  await settle();
  emit('watchedGroup', watched as unknown as WatchedGroup);
  return watched;
}

describe('the open group', () => {
  it('is watched as long as it is open, and its first members are loaded', async () => {
    session.opened('d:alice:bob');
    expect(groups.watched).toEqual([]);
    const watched = await show();
    expect(state.open).toMatchObject({
      name: 'Crew',
      joinMode: 'free',
      self: { role: 'owner' },
      members: [{ userId: 'alice' }, { userId: 'bob', role: 'member' }],
    });
    expect(wanted).toContain('bob');
    session.opened('g:crew');
    expect(groups.watched).toHaveLength(1);
    session.opened(undefined);
    expect([watched.closed, state.open]).toEqual([true, undefined]);
  });

  it('is gone for who is not in it', async () => {
    const watched = await show();
    watched.group = undefined;
    emit('watchedGroup', watched as unknown as WatchedGroup);
    expect([state.gone, state.open]).toEqual([true, undefined]);
  });

  it('is changed by calls in the words of the protocol, and refusals are told', async () => {
    await show();
    await session.update({ joinMode: 'approval', name: 'Sailors' });
    await session.setRole('bob', 'admin');
    await session.mute('bob', 500);
    await session.mute('bob', 0);
    await session.mute('bob', undefined);
    await session.addMembers(['Dave'], 'Come');
    expect(groups.calls).toEqual([
      ['update', 'crew', { name: 'Sailors', joinMode: JoinMode.APPROVAL }],
      ['setRole', 'crew', ['bob'], GroupRole.ADMIN],
      ['muteMembers', 'crew', ['bob'], 1_500],
      ['muteMembers', 'crew', ['bob'], 0],
      ['muteMembers', 'crew', ['bob'], Number.MAX_SAFE_INTEGER],
      ['addMembers', 'crew', ['dave'], 'Come'],
    ]);
    await expect(session.leave()).rejects.toMatchObject({
      key: 'problem',
      values: ['owners stay'],
    });
  });

  it('is searched page by page, and what was found is renewed with the group', async () => {
    const watched = await show();
    await session.search('b', 'member');
    expect(state.found?.members).toHaveLength(1);
    await session.moreMembers();
    expect(state.found?.members).toHaveLength(2);
    const query = { query: 'b', role: GroupRole.MEMBER };
    expect(groups.calls.at(-1)).toEqual(['listMembers', 'crew', { ...query, pageToken: 'next' }]);
    emit('watchedGroup', watched as unknown as WatchedGroup);
    await settle();
    expect(state.found?.members).toHaveLength(1);
    await session.search('', undefined);
    expect(state.found).toBeUndefined();
  });
});

describe('ways into groups', () => {
  const application = { groupId: 'crew', userId: 'carol', text: 'Hungry', state: 1 };

  it('are listed when there is a connection and when something comes, and seen once', async () => {
    groups.applied = [application, { ...application, userId: 'dave', state: 2 }];
    emit('state', { name: 'online' });
    await settle();
    expect(state.applications).toMatchObject({
      rows: [{ userId: 'carol', groupName: 'Crew', text: 'Hungry' }],
      unread: 2,
    });
    await session.requestsSeen();
    expect(groups.calls).toEqual([['applicationsRead']]);
    await session.handleApplication('crew', 'carol', true);
    expect(state.applications.rows).toEqual([]);
    groups.applied = [application];
    emit('applicationChanged', { application } as never);
    await settle();
    expect(state.applications.rows).toHaveLength(1);
  });

  it('open the group once one is in, and say when one has to wait', async () => {
    expect(await session.join('crew', 'Hi')).toBe(false);
    expect(opened).toEqual([]);
    await session.answerInvitation('crew', true);
    expect(opened).toEqual(['g:crew']);
  });

  it('are offered by a link, which may wait for a connection, and lead nowhere', async () => {
    groups.lookUp = () => Promise.reject(new QueqiaoError('UNAVAILABLE', 'no connection'));
    session.offered('t1');
    await settle();
    expect(state.offer).toBeUndefined();
    groups.lookUp = async () => ({ group: { name: 'Crew', memberCount: 2 } });
    emit('state', { name: 'online' });
    await settle();
    expect(state.offer).toEqual({ token: 't1', groupName: 'Crew', memberCount: 2 });
    await session.takeOffer();
    expect([state.offer, opened]).toEqual([undefined, ['g:crew']]);
    groups.lookUp = () => Promise.reject(new QueqiaoError('NOT_FOUND', 'nowhere'));
    session.offered('t2');
    await settle();
    expect(state.offer).toMatchObject({ token: 't2', groupName: '' });
    session.dropOffer();
    expect([state.offer, opened.at(-1)]).toEqual([undefined, undefined]);
  });

  it('are face to face: who is there is seen live', async () => {
    await session.enterFaceRoom('0714', { latitude: 1, longitude: 2 });
    emit('faceRoom', { roomId: 'another', userIds: ['eve'], groupId: '' });
    expect(state.faceRoom?.userIds).toEqual(['alice']);
    emit('faceRoom', { roomId: '0714-1', userIds: ['alice', 'bob'], groupId: '' });
    expect(state.faceRoom).toEqual({ roomId: '0714-1', code: '0714', userIds: ['alice', 'bob'] });
    await session.joinFaceRoom('');
    expect([state.faceRoom, opened]).toEqual([undefined, ['g:face']]);
  });
});

describe('lines of a group’s log', () => {
  it('are notices with everybody whom they speak of', () => {
    const value = { userIds: ['bob'], way: 2, inviterId: 'carol' };
    const content = Content.create({ body: { $case: 'membersJoined', value } });
    const entry = Entry.create({ seq: 1, sender: { kind: 1, id: 'dave' }, content });
    const shown = { state: 'shown', edited: false, reactions: [], pinned: false, changing: false };
    const line = toLine({ ...entry, ...shown } as never);
    expect(line.body).toEqual({
      kind: 'group',
      notice: { what: 'joined', userIds: ['bob'], way: 'invited', inviterId: 'carol' },
    });
    expect(peopleIn(line)).toEqual(['bob', 'carol', 'dave']);
    expect(toNotice({ $case: 'text', value: { text: 'hi' } })).toBeUndefined();
    const patch = { name: undefined, allMuted: true, joinMode: JoinMode.FREE };
    expect(toNotice({ $case: 'groupUpdated', value: patch })).toEqual({
      what: 'updated',
      patch: { allMuted: true, joinMode: 'free' },
    });
  });
});
