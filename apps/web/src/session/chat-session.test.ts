import { Content, Entry, Sender_Kind, type ClientEvents, type LocalMessage } from '@queqiao/sdk';
import { beforeEach, describe, expect, it } from 'vitest';
import { ChatSession, type ChatClient } from './chat-session.js';

const CHAT = 'd:alice:bob';

function entry(seq: number, sender: string, text: string): Entry {
  return Entry.create({
    conversationId: CHAT,
    seq,
    ordinal: seq,
    sender: { kind: Sender_Kind.USER, id: sender },
    clientMsgId: `m${seq}`,
    createdMs: seq,
    content: { body: { $case: 'text', value: { text } } },
  });
}

/** The client library as far as a session sees it; tests play the server. */
class FakeClient {
  readonly listeners = new Map<string, ((event: never) => void)[]>();
  readonly calls: string[] = [];
  readonly log: Entry[] = [];
  readonly written: LocalMessage[] = [];
  readonly profiles = new Map([['bob', { userId: 'bob', nickname: 'Bob', avatarUrl: '' }]]);
  older: Entry[] | undefined = [];

  on(name: string, listener: (event: never) => void) {
    this.listeners.set(name, [...(this.listeners.get(name) ?? []), listener]);
    return () => undefined;
  }
  emit<N extends keyof ClientEvents>(name: N, event: ClientEvents[N]) {
    for (const listener of this.listeners.get(name) ?? []) listener(event as never);
  }
  conversation = (conversationId: string) => ({
    conversationId,
    kind: 'direct' as const,
    name: '',
    peerId: 'bob',
    lastSeq: this.log.length,
    lastEntry: this.log.at(-1),
    activeMs: this.log.at(-1)?.createdMs ?? 0,
    unread: 1,
    readSeq: 0,
    left: false,
    role: 1,
    mutedUntilMs: 0,
    mentionedSeq: 0,
    peerReadSeq: 0,
    peerDeliveredSeq: 0,
    pinned: false,
    muted: false,
    hidden: false,
    markedUnread: false,
    draft: '',
    remark: '',
    hasOlder: this.older !== undefined && this.older.length > 0,
  });
  messages = () =>
    this.log.map((one) => ({
      ...one,
      state: 'shown' as const,
      edited: false,
      reactions: [],
      pinned: false,
      changing: false,
    }));
  outbox = () => this.written;
  start = () => void this.calls.push('start');
  stop = () => void this.calls.push('stop');
  getUsers = async (ids: readonly string[]) => {
    this.calls.push(`users ${ids.join(',')}`);
    return new Map([...this.profiles].filter(([id]) => ids.includes(id)));
  };
  loadOlder = async () => {
    if (!this.older) throw new Error('no connection');
    this.log.unshift(...this.older.splice(0));
    return [];
  };
  /** What is about people is tested by itself: here nothing is answered. */
  users = { me: () => new Promise(() => undefined) };
  friends = {
    load: () => new Promise(() => undefined),
    listBlocks: () => new Promise(() => undefined),
    requests: { list: () => new Promise(() => undefined), unreadCount: 0 },
  };
  moments = {
    notices: { load: () => undefined, list: [], unreadCount: 0 },
    timeline: () => ({ posts: [], loaded: false, loadNew: async () => [] }),
  };
  presence = {
    subscribe: (ids: readonly string[]) => {
      this.calls.push(`watch ${ids.join()}`);
      return new Promise(() => undefined);
    },
  };
  readonly groups = {
    create: async ({ name, memberIds }: { name: string; memberIds: readonly string[] }) => {
      this.calls.push(`group ${name} ${memberIds.join(',')}`);
      return { conversationId: 'g:made' };
    },
    watch: (groupId: string) => ({ groupId, close: () => undefined }),
    applications: { list: () => Promise.reject(new Error('no connection')) },
    invitations: { list: () => Promise.reject(new Error('no connection')) },
  };
}

let client: FakeClient;
let session: ChatSession;
let opened: string | undefined;
let signedOut: boolean;

beforeEach(() => {
  client = new FakeClient();
  opened = undefined;
  signedOut = false;
  const resolve = async (names: readonly string[]) =>
    names.map((name) => ({ name, userId: name.toLowerCase() }));
  session = new ChatSession(
    {
      client: client as unknown as ChatClient,
      backEnd: { resolve },
      media: { image: () => Promise.reject(), video: () => Promise.reject() },
      seenPosts: { get: () => 0, set: () => undefined },
      address: { get: () => opened, set: (id) => void (opened = id) },
      now: () => 1_000,
      onSignOut: () => void (signedOut = true),
    },
    'alice',
  );
  session.start();
});

/** Lets queued microtasks run. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

function arrives(...entries: Entry[]): void {
  for (const each of entries) {
    client.log.push(each);
    client.emit('entry', { entry: each, source: 'push' });
    client.emit('conversation', client.conversation(CHAT));
  }
}

describe('ChatSession', () => {
  it('opens the chat with a contact, and wants to know whether the other is there', async () => {
    session.openChat('bob');
    expect([opened, session.store.value.openId]).toEqual([CHAT, CHAT]);
    expect(client.calls).toContain('watch bob');
    const body = { $case: 'becameFriends' as const, value: { requesterId: 'bob', text: 'hi' } };
    arrives({ ...entry(1, 'bob', ''), content: Content.create({ body }) });
    await settle();
    const [line] = session.store.value.log.lines;
    expect(line).toMatchObject({ body: { kind: 'became-friends' } });
  });

  it('shows what arrives, drawing a burst once, and asks for names once', async () => {
    let changes = 0;
    session.open(CHAT);
    await settle();
    session.store.subscribe(() => void (changes += 1));
    arrives(entry(1, 'bob', 'a'), entry(2, 'bob', 'b'), entry(3, 'bob', 'c'));
    expect(changes).toBe(0);
    await settle();
    const { log, conversations, nicknames } = session.store.value;
    expect(log.lines.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(conversations.get(CHAT)).toMatchObject({ unread: 1, activeMs: 3 });
    expect(nicknames.get('bob')).toBe('Bob');
    expect(changes).toBe(2);
    expect(client.calls).toEqual(['start', 'watch bob', 'users alice,bob']);
  });

  it('keeps lines of other conversations out, and finds them when they are opened', async () => {
    arrives(entry(1, 'bob', 'a'));
    await settle();
    expect(session.store.value.log.lines).toEqual([]);
    session.open(CHAT);
    expect(session.store.value.log.lines).toHaveLength(1);
    expect(opened).toBe(CHAT);
  });

  it('shows what the device has kept, before anything can be reached', async () => {
    opened = CHAT;
    session.followAddress();
    expect(session.store.value.log.lines).toEqual([]);
    client.log.push(entry(1, 'bob', 'a'), entry(2, 'bob', 'b'));
    client.emit('conversation', client.conversation(CHAT));
    await settle();
    expect(session.store.value.log.lines.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(session.store.value.conversations.size).toBe(1);
  });

  it('asks again for the names that could not be had, once there is a connection', async () => {
    client.getUsers = () => Promise.reject(new Error('no connection'));
    arrives(entry(1, 'bob', 'a'));
    await settle();
    expect(session.store.value.nicknames.size).toBe(0);
    client.getUsers = async () => client.profiles;
    client.emit('state', { name: 'online' });
    await settle();
    expect(session.store.value.nicknames.get('bob')).toBe('Bob');
  });

  it('shows older lines, and says when they could not be loaded', async () => {
    client.older = [entry(1, 'bob', 'a')];
    session.open(CHAT);
    expect(session.store.value.log.complete).toBe(false);
    expect(await session.loadOlder(CHAT)).toBe(true);
    expect(session.store.value.log).toMatchObject({ complete: true, lines: [{ seq: 1 }] });
    client.older = undefined;
    expect(await session.loadOlder(CHAT)).toBe(false);
  });

  it('shows what is in the outbox, in its order, until it is not', async () => {
    const content = Content.create({ body: { $case: 'text', value: { text: 'hi' } } });
    const message = {
      conversationId: CHAT,
      clientMsgId: 'm1',
      content,
      createdMs: 1,
      notCounted: false,
    };
    const pending = { ...message, state: 'pending' as const, seq: undefined, error: undefined };
    client.written.push(pending);
    client.emit('outbox', pending);
    await settle();
    expect(session.store.value.outgoing).toMatchObject([{ text: 'hi', status: 'pending' }]);
    client.written.length = 0;
    arrives(entry(1, 'alice', 'hi'));
    await settle();
    expect(session.store.value.outgoing).toEqual([]);
  });

  it('starts chats and groups with people who exist, only', async () => {
    await session.startChat('Bob');
    expect(session.store.value.openId).toBe(CHAT);
    await expect(session.startChat('Eve')).rejects.toMatchObject({
      key: 'nobody',
      values: ['Eve'],
    });
    await session.createGroup('Friends', ['Bob']);
    expect(client.calls).toContain('group Friends bob');
    expect(session.store.value.openId).toBe('g:made');
  });

  it('needs somebody else for a group', async () => {
    client.profiles.set('alice', { userId: 'alice', nickname: '', avatarUrl: '' });
    await expect(session.createGroup('Me', ['Alice'])).rejects.toMatchObject({
      key: 'needsMembers',
    });
  });

  it('tells the state of the connection, and forgets everything on a reset', async () => {
    client.emit('state', { name: 'waiting', retryInMs: 500, code: 1006, reason: '' });
    expect(session.store.value.connection).toEqual({ kind: 'waiting', retryAtMs: 1_500 });
    arrives(entry(1, 'bob', 'a'));
    await settle();
    client.emit('reset', { logEpoch: 2 });
    expect(session.store.value.conversations.size).toBe(0);
  });

  it('stops when signing out', () => {
    session.signOut();
    expect([client.calls, signedOut]).toEqual([['start', 'stop'], true]);
  });
});

it('opens posts in place of a conversation when the address says so, and closes them again', () => {
  session.moments.open({ kind: 'timeline' });
  expect([opened, session.store.value.openId]).toEqual(['moments', undefined]);
  expect(session.store.value.moments.view).toEqual({ kind: 'timeline' });
  session.open(CHAT);
  expect(session.store.value.moments.view).toBeUndefined();
  expect(session.store.value.openId).toBe(CHAT);
});
