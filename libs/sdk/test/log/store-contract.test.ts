import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import {
  Conversation_Kind,
  ConversationServiceDefinition,
  Entry,
  MemberState,
} from '@queqiao/protocol/client';
import { describe, expect, it } from 'vitest';
import {
  contents,
  IndexedDbReplicaStore,
  MemoryReplicaStore,
  type ConversationRecord,
  type ReplicaChange,
  type ReplicaStore,
  type StoreOptions,
} from '../../src/index.js';
import { ROOM, room, Scene, upTo, type Device } from '../rig/scene.js';

const CHAT = 'd:alice:bob';

interface Kind {
  readonly name: string;
  /** Stores of one place: what one saves, the next one loads. */
  readonly place: (options?: Partial<StoreOptions>) => () => ReplicaStore;
}

const kinds: Kind[] = [
  {
    name: 'in memory',
    place: (options) => {
      const store = new MemoryReplicaStore(options);
      return () => store;
    },
  },
  {
    name: 'in the browser’s database',
    place: (options) => {
      const factory = new IDBFactory();
      return () => new IndexedDbReplicaStore('queqiao.test', { factory, ...options });
    },
  },
];

function change(part: Partial<ReplicaChange> = {}): ReplicaChange {
  return {
    conversations: new Map(),
    entries: [],
    dropEntries: [],
    putSends: [],
    dropSends: [],
    operations: new Map(),
    ...part,
  };
}

const reset = { userId: 'alice', logEpoch: 3, keepSends: true };
const text = (seq: number, words = `m${seq}`): Entry =>
  Entry.create({ conversationId: CHAT, seq, ordinal: seq, content: contents.text(words) });
const send = (clientMsgId: string, failed = false) => ({
  conversationId: CHAT,
  clientMsgId,
  content: contents.text(clientMsgId),
  notCounted: false,
  createdMs: 1,
  failed,
});

function record(base: number, high: number): ConversationRecord {
  return {
    conversationId: CHAT,
    kind: Conversation_Kind.DIRECT,
    name: '',
    base,
    high,
    lastSeq: high,
    lastOrdinal: high,
    lastEntry: text(high),
    previewFloor: 1,
    activeMs: 7,
    member: MemberState.create({ conversationId: CHAT, rev: 4, hiddenSeqs: [2] }),
    mentionedSeq: 5,
  };
}

const known = (base: number, high: number) => new Map([[CHAT, record(base, high)]]);

const bySeq = (entries: readonly Entry[] = []): Entry[] =>
  [...entries].sort((a, b) => a.seq - b.seq);

const working = new Set<Promise<unknown>>();

/** Counts what a store is doing, so that a test can wait for the end of it. */
function watched(store: ReplicaStore): ReplicaStore {
  const watch = async <Result>(work: Promise<Result>): Promise<Result> => {
    working.add(work);
    try {
      return await work;
    } finally {
      working.delete(work);
    }
  };
  return {
    load: () => watch(store.load()),
    save: (changes) => watch(store.save(changes)),
  };
}

/** Lets everything happen that needs no time but the database's own. */
async function settled(scene: Scene): Promise<void> {
  do await scene.settle();
  while (working.size > 0);
}

async function online(scene: Scene, store: ReplicaStore): Promise<Device> {
  const device = scene.device('alice', { store: watched(store) });
  device.client.start();
  await settled(scene);
  return device;
}

describe.each(kinds)('a replica store $name', ({ place }) => {
  it('gives back what was saved, to the next one', async () => {
    const open = place();
    const first = open();
    expect(await first.load()).toBeUndefined();
    const operations = [{ kind: 'read' as const, seq: 3 }];
    const cursor = new Uint8Array([1, 2, 3]);
    const entries = [text(2), text(1), text(3)];
    await first.save(change({ reset, cursor, entries, conversations: known(0, 3) }));
    await first.save(
      change({ putSends: [send('z'), send('a')], operations: new Map([[CHAT, operations]]) }),
    );
    const loaded = await open().load();
    expect(loaded).toMatchObject({ userId: 'alice', logEpoch: 3 });
    expect(loaded?.cursor).toEqual(cursor);
    expect(loaded?.conversations).toEqual([record(0, 3)]);
    expect(bySeq(loaded?.entries)).toEqual([text(1), text(2), text(3)]);
    expect(loaded?.sends).toEqual([send('z'), send('a')]);
    expect(loaded?.operations).toEqual([{ conversationId: CHAT, operations }]);
  });

  it('replaces, and deletes what is not needed any more', async () => {
    const open = place();
    const store = open();
    await store.load();
    await store.save(
      change({ reset, entries: upTo(6).map((n) => text(n)), conversations: known(0, 6) }),
    );
    await store.save(change({ putSends: [send('a'), send('b'), send('c')] }));
    const edited = text(5, 'edited');
    await store.save(
      change({
        entries: [text(5, 'between'), edited],
        dropEntries: [{ conversationId: CHAT, seq: 4 }],
        conversations: known(2, 6),
        putSends: [send('a', true)],
        dropSends: [{ conversationId: CHAT, clientMsgId: 'b' }],
        operations: new Map([[CHAT, []]]),
      }),
    );
    const loaded = await open().load();
    expect(bySeq(loaded?.entries)).toEqual([text(3), edited, text(6)]);
    expect(loaded?.sends).toEqual([send('a', true), send('c')]);
    expect(loaded?.operations).toEqual([]);
  });

  it('starts over, with or without what was not sent', async () => {
    const open = place();
    const store = open();
    await store.load();
    const cursor = new Uint8Array([1]);
    await store.save(change({ reset, cursor, entries: [text(1)], conversations: known(0, 1) }));
    await store.save(change({ putSends: [send('a')] }));
    await store.save(change({ reset: { ...reset, logEpoch: 4 } }));
    const kept = await open().load();
    expect(kept).toMatchObject({ logEpoch: 4, conversations: [], entries: [] });
    expect([kept?.cursor.length, kept?.sends.length]).toEqual([0, 1]);
    const last = open();
    await last.load();
    await last.save(change({ reset: { userId: 'bob', logEpoch: 4, keepSends: false } }));
    expect(await open().load()).toMatchObject({ userId: 'bob', sends: [] });
  });

  it('keeps so many entries of a conversation and no more', async () => {
    const open = place({ maxEntriesPerConversation: 5 });
    const store = open();
    await store.load();
    const entries = upTo(12).map((n) => text(n));
    await store.save(change({ reset, entries, conversations: known(0, 12) }));
    const loaded = await open().load();
    expect(bySeq(loaded?.entries).map(({ seq }) => seq)).toEqual([8, 9, 10, 11, 12]);
    expect(loaded?.conversations[0]).toMatchObject({ base: 7, high: 12 });
  });

  it('shows the same after a restart, and sends what was not sent', async () => {
    const scene = room();
    const open = place();
    const first = await online(scene, open());
    for (const n of upTo(4)) scene.server.say(ROOM, 'bob', `m${n}`);
    scene.server.change(ROOM, 'bob', { $case: 'recall', value: { targetSeq: 2 } });
    await settled(scene);
    void first.client.react(ROOM, 3, '👍');
    await settled(scene);
    scene.server.fault = () => 'swallow';
    void first.client.sendText(ROOM, 'written in the tunnel');
    void first.client.updateSettings(ROOM, { pinned: true });
    await settled(scene);
    const shown = first.client.messages(ROOM);
    first.client.stop();
    scene.server.unreachable = true;
    const second = await online(scene, open());
    await settled(scene);
    expect(second.client.messages(ROOM)).toEqual(shown);
    expect(second.client.conversation(ROOM)).toMatchObject({ pinned: true, unread: 4 });
    expect(second.client.outbox()).toMatchObject([{ state: 'pending' }]);
    expect(second.outbox).toEqual(second.client.outbox());
    scene.server.fault = () => undefined;
    scene.server.unreachable = false;
    await scene.clock.advance(60_000);
    await settled(scene);
    await scene.clock.advance(60_000);
    expect(scene.server.log.entries(ROOM).at(-1)?.content?.body).toMatchObject({
      value: { text: 'written in the tunnel' },
    });
    expect(scene.server.log.member(ROOM, 'alice').settings?.pinned).toBe(true);
    expect(second.client.outbox()).toEqual([]);
  });

  it('sends again as it was what may have been sent before, and what is done since apart', async () => {
    const scene = room({ alice: 0, bob: 0 }, 1);
    const open = place();
    const first = await online(scene, open());
    scene.server.fault = () => 'swallow';
    void first.client.updateSettings(ROOM, { muted: true });
    await settled(scene);
    first.client.stop();
    scene.server.fault = () => undefined;
    scene.server.unreachable = true;
    const second = await online(scene, open());
    await settled(scene);
    void second.client.updateSettings(ROOM, { muted: false });
    scene.server.unreachable = false;
    await scene.clock.advance(60_000);
    await settled(scene);
    const { requestType } = ConversationServiceDefinition.methods.updateSettings;
    const sent = scene.server.calls
      .filter(({ method }) => method === 'UpdateSettings')
      .map(({ body }) => requestType.decode(body));
    expect(sent.map(({ muted }) => muted)).toEqual([true, true, false]);
    const ids = sent.map(({ clientRequestId }) => clientRequestId);
    expect(ids[1]).toBe(ids[0]);
    expect(new Set(ids).size).toBe(2);
  });

  it('puts what is done before it was read behind what it holds', async () => {
    const scene = room({ alice: 0, bob: 0 }, 1);
    const open = place();
    const first = await online(scene, open());
    scene.server.fault = () => 'swallow';
    void first.client.sendText(ROOM, 'one');
    void first.client.updateSettings(ROOM, { remark: 'The room', muted: true });
    await settled(scene);
    first.client.stop();
    scene.server.fault = () => undefined;
    const second = scene.device('alice', { store: watched(open()) });
    second.client.start();
    void second.client.sendText(ROOM, 'two');
    void second.client.updateSettings(ROOM, { muted: false });
    await settled(scene);
    await scene.clock.advance(60_000);
    await settled(scene);
    const texts = scene.server.log.entries(ROOM).map(({ content }) => content?.body?.value);
    expect(texts.slice(1)).toEqual([{ text: 'one' }, { text: 'two' }]);
    expect(scene.server.log.member(ROOM, 'alice').settings).toMatchObject({
      remark: 'The room',
      muted: false,
    });
    second.client.stop();
    await settled(scene);
    expect(await open().load()).toMatchObject({ sends: [], operations: [] });
  });

  it('pulls again what there was no room for', async () => {
    const scene = room();
    const open = place({ maxEntriesPerConversation: 3 });
    const first = await online(scene, open());
    for (const n of upTo(8)) scene.server.say(ROOM, 'bob', `m${n}`);
    await settled(scene);
    first.client.stop();
    const second = await online(scene, open());
    await settled(scene);
    expect(second.client.entries(ROOM).map(({ seq }) => seq)).toEqual([6, 7, 8]);
    const older = second.client.loadOlder(ROOM, 50);
    await settled(scene);
    expect((await older).map(({ seq }) => seq)).toEqual(upTo(5));
  });
});

describe('two windows on one database', () => {
  it('the last one to load owns it: the other saves nothing and goes on in memory', async () => {
    const factory = new IDBFactory();
    const open = () => new IndexedDbReplicaStore('queqiao.test', { factory });
    const first = open();
    await first.load();
    await first.save(change({ reset, entries: [text(1)], conversations: known(0, 1) }));
    const second = open();
    await second.load();
    await expect(first.save(change({ entries: [text(2)] }))).rejects.toThrow('another window');
    await second.save(change({ entries: [text(3)], conversations: known(0, 3) }));
    expect((await second.load())?.entries).toEqual([text(1), text(3)]);
    await second.destroy();
    expect(await open().load()).toBeUndefined();
  });

  it('and the first has it again, and all that happened, once it is started again', async () => {
    const scene = new Scene();
    scene.server.log.createConversation(CHAT, { alice: 0, bob: 0 });
    const factory = new IDBFactory();
    const open = () => new IndexedDbReplicaStore('queqiao.test', { factory });
    const first = await online(scene, open());
    scene.server.say(CHAT, 'bob', 'one');
    await settled(scene);
    const second = await online(scene, open());
    await settled(scene);
    scene.server.disconnect('alice', 4203);
    scene.server.say(CHAT, 'bob', 'two');
    await settled(scene);
    scene.server.say(CHAT, 'bob', 'three');
    await settled(scene);
    second.client.stop();
    first.client.stop();
    first.client.start();
    await settled(scene);
    expect(first.client.entries(CHAT).map(({ seq }) => seq)).toEqual([1, 2, 3]);
    scene.server.say(CHAT, 'bob', 'four');
    await settled(scene);
    first.client.stop();
    expect((await open().load())?.entries.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  });
});
