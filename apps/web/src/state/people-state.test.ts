import { expect, it } from 'vitest';
import { initialState } from './chat-state.js';
import { nameOf } from './conversation-view.js';
import {
  NO_PEOPLE,
  reducePeople,
  waitingRequests,
  type FriendRequest,
  type PeopleChange,
} from './people-state.js';

function after(...changes: PeopleChange[]) {
  return changes.reduce(reducePeople, NO_PEOPLE);
}

function request(fromId: string, toId: string, updatedMs: number, waiting = true): FriendRequest {
  return { fromId, toId, text: `${updatedMs}`, waiting, updatedMs };
}

it('keeps the newest copy of each request, and tells which of them wait for whom', () => {
  const state = after(
    { kind: 'requests', requests: [request('bob', 'alice', 2), request('alice', 'carol', 3)] },
    {
      kind: 'requests',
      requests: [request('bob', 'alice', 1), request('dave', 'alice', 4, false)],
    },
  );
  expect(state.requests.map(({ text }) => text)).toEqual(['4', '3', '2']);
  const waiting = (direction: 'incoming' | 'outgoing') =>
    waitingRequests(state, 'alice', direction).map(({ text }) => text);
  expect([waiting('incoming'), waiting('outgoing')]).toEqual([['2'], ['3']]);
});

const SHOWN = { hideMine: false, hideTheirs: false };

it('has the friends of the last list, and whether there was one', () => {
  const bob = { userId: 'bob', remark: 'Bobby', tags: [], ...SHOWN };
  expect(after().loaded).toBe(false);
  const state = after({ kind: 'friends', friends: [bob] }, { kind: 'friends', friends: [] });
  expect([state.loaded, state.friends.size]).toEqual([true, 0]);
});

it('changes neither blocks nor presences in place', () => {
  const once = after(
    { kind: 'blocked', userId: 'mallory', blocked: true },
    { kind: 'presences', presences: [{ userId: 'bob', online: true, lastSeenMs: 0 }] },
  );
  const twice = reducePeople(once, { kind: 'blocked', userId: 'mallory', blocked: false });
  const later = reducePeople(once, {
    kind: 'presences',
    presences: [{ userId: 'bob', online: false, lastSeenMs: 9 }],
  });
  expect([once.blocked.has('mallory'), twice.blocked.has('mallory')]).toEqual([true, false]);
  expect([once, later].map(({ presences }) => presences.get('bob')?.online)).toEqual([true, false]);
});

it('calls a friend by the remark, others by the nickname, and strangers by the id', () => {
  const friends = [
    { userId: 'bob', remark: 'Bobby', tags: [], ...SHOWN },
    { userId: 'carol', remark: '', tags: [], ...SHOWN },
  ];
  const nicknames = new Map([
    ['bob', 'Robert'],
    ['carol', 'Caroline'],
  ]);
  const state = {
    ...initialState('alice'),
    nicknames,
    people: after({ kind: 'friends', friends }),
  };
  const names = ['bob', 'carol', 'dave'].map((id) => nameOf(state, id));
  expect(names).toEqual(['Bobby', 'Caroline', 'dave']);
});
