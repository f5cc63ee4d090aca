import { describe, expect, it } from 'vitest';
import { initialState, type ChatState, type Line, type Outgoing } from './chat-state.js';
import { conversationList, nameOf, totalUnread, viewOf } from './conversation-view.js';
import { reduce, type ChatEvent } from './reduce.js';

const LOBBY = 'g:lobby';

function line(seq: number, senderId: string, clientMsgId = `m${seq}`): Line {
  return { seq, senderId, clientMsgId, createdMs: seq, body: { kind: 'text', text: `t${seq}` } };
}

function outgoing(clientMsgId: string): Outgoing {
  const message = { conversationId: LOBBY, clientMsgId, text: 'hi', createdMs: 1 };
  return { ...message, status: 'pending', problem: '' };
}

function after(...events: ChatEvent[]): ChatState {
  return events.reduce(reduce, initialState('alice'));
}

const open: ChatEvent = { type: 'opened', conversationId: LOBBY };
const lines = (added: Line[], complete = false): ChatEvent => ({
  type: 'lines',
  conversationId: LOBBY,
  lines: added,
  complete,
});
const conversation = (id: string, activeMs: number, unread = 0, name = '') => ({
  id,
  name,
  unread,
  activeMs,
  last: undefined,
});

describe('the log', () => {
  it('is ascending and holds each seq once, whatever order the lines come in', () => {
    const state = after(
      open,
      lines([line(5, 'bob'), line(6, 'bob')]),
      lines([line(6, 'bob'), line(7, 'bob')]),
      lines([line(3, 'bob'), line(4, 'bob')], true),
    );
    expect(state.log.lines.map(({ seq }) => seq)).toEqual([3, 4, 5, 6, 7]);
    expect(state.log.complete).toBe(true);
  });

  it('is of the open conversation only', () => {
    const other: ChatEvent = { type: 'opened', conversationId: 'd:alice:bob' };
    const state = after(open, lines([line(1, 'bob')]), other, lines([line(2, 'bob')], true));
    expect(state.log).toEqual({ lines: [], complete: false });
  });

  it('is forgotten, with the list, when the server has another one', () => {
    const state = after(
      open,
      lines([line(1, 'bob')], true),
      { type: 'conversations', conversations: [conversation(LOBBY, 1)] },
      { type: 'outgoing', messages: [outgoing('m9')] },
      { type: 'reset' },
    );
    expect(state.log).toEqual({ lines: [], complete: false });
    expect([state.openId, state.conversations.size]).toEqual([LOBBY, 0]);
    expect(state.outgoing).toEqual([outgoing('m9')]);
  });
});

describe('the list', () => {
  const state = after(
    {
      type: 'nicknames',
      nicknames: new Map([
        ['bob', 'Bob'],
        ['carol', ''],
      ]),
    },
    {
      type: 'conversations',
      conversations: [
        conversation(LOBBY, 10, 2, 'Lobby'),
        conversation('d:alice:bob', 30, 1),
        conversation('d:alice:carol', 20),
      ],
    },
  );

  it('is ordered by activity and named after the group or the other one', () => {
    expect(conversationList(state).map(({ title }) => title)).toEqual(['Bob', 'carol', 'Lobby']);
    expect([totalUnread(state), nameOf(state, 'bob'), nameOf(state, 'dave')]).toEqual([
      3,
      'Bob',
      'dave',
    ]);
  });

  it('shows the open chat on top before anything was said in it', () => {
    const opened = reduce(state, { type: 'opened', conversationId: 'd:alice:dave' });
    expect(conversationList(opened)[0]).toMatchObject({ id: 'd:alice:dave', title: 'dave' });
    expect(conversationList(opened)).toHaveLength(4);
  });

  it('knows notes to self and refuses what is not mine', () => {
    expect(viewOf(state, 'd:alice:alice')).toMatchObject({ kind: 'self' });
    expect(['d:bob:carol', 's:alice', 'x', 'd:bob:alice'].map((id) => viewOf(state, id))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('is known to be complete only once the first sync has ended', () => {
    expect(state.synced).toBe(false);
    const online = reduce(state, { type: 'connection', connection: { kind: 'online' } });
    const waiting = reduce(online, {
      type: 'connection',
      connection: { kind: 'waiting', retryAtMs: 1 },
    });
    expect([online.synced, waiting.synced]).toEqual([true, true]);
  });
});
