import { describe, expect, it } from 'vitest';
import { MemoryReplicaStore } from '../../src/index.js';
import { holdPushes, ROOM, room, Scene, upTo } from '../rig/scene.js';

const pulls = (scene: Scene): number =>
  scene.server.calls.filter(({ method }) => method === 'PullEntries').length;
const syncs = (scene: Scene): number =>
  scene.server.calls.filter(({ method }) => method === 'SyncConversations').length;

describe('entries surface strictly in order', () => {
  it('as they are pushed', async () => {
    const scene = room();
    const alice = await scene.online('alice');
    scene.server.say(ROOM, 'bob', 'one');
    scene.server.say(ROOM, 'bob', 'two');
    await scene.settle();
    expect(alice.seqs(ROOM)).toEqual([1, 2]);
    expect(pulls(scene)).toBe(0);
  });

  it('when pushes arrive out of order, without a pull for what is already here', async () => {
    const scene = room();
    const alice = await scene.online('alice');
    scene.server.fault = (method) => (method === 'PullEntries' ? 'swallow' : undefined);
    const release = holdPushes(scene);
    for (const text of ['one', 'two', 'three', 'four']) scene.server.say(ROOM, 'bob', text);
    await release((held) =>
      [held[2], held[0], held[3], held[1]].filter((one) => one !== undefined),
    );
    expect(alice.seqs(ROOM)).toEqual(upTo(4));
    expect(alice.client.stats().heldEntries).toBe(0);
  });

  it('when pushes arrive twice', async () => {
    const scene = room();
    const alice = await scene.online('alice');
    scene.server.onPush = (push) => [push, push];
    for (const text of ['one', 'two', 'three']) scene.server.say(ROOM, 'bob', text);
    await scene.settle();
    expect(alice.seqs(ROOM)).toEqual(upTo(3));
  });

  it('when pushes are lost: the hole is pulled once, also while more arrive', async () => {
    const scene = room();
    const alice = await scene.online('alice');
    let count = 0;
    scene.server.onPush = (push) => ((count += 1) <= 3 ? [] : [push]);
    for (let n = 0; n < 8; n += 1) scene.server.say(ROOM, 'bob', `m${n}`);
    await scene.settle();
    expect(alice.seqs(ROOM)).toEqual(upTo(8));
    expect(pulls(scene)).toBe(1);
    expect(alice.entries.map(({ source }) => source)).toEqual([
      ...Array<string>(3).fill('pull'),
      ...Array<string>(5).fill('push'),
    ]);
  });

  it('over pulls of several pages, with retries after refusals', async () => {
    const scene = room({ alice: 0, bob: 0 }, 25);
    scene.server.log.maxPull = 4;
    let refusals = 3;
    scene.server.fault = (method) =>
      method === 'PullEntries' && (refusals -= 1) >= 0 ? { error: 'UNAVAILABLE' } : undefined;
    const alice = await scene.online('alice', { fullHistory: true });
    expect(alice.client.state.name).toBe('syncing');
    await scene.clock.advance(10_000);
    expect(alice.seqs(ROOM)).toEqual(upTo(25));
    expect(alice.client.state.name).toBe('online');
  });

  it('with more out-of-order pushes than may be held', async () => {
    const scene = room();
    const alice = await scene.online('alice', { limits: { maxHeldEntries: 5 } });
    const release = holdPushes(scene);
    for (let n = 0; n < 30; n += 1) scene.server.say(ROOM, 'bob', `m${n}`);
    scene.server.fault = (method) => (method === 'PullEntries' ? 'swallow' : undefined);
    await release((held) => held.slice(1).reverse());
    expect(alice.client.stats().heldEntries).toBe(5);
    scene.server.fault = () => undefined;
    await scene.clock.advance(20_000);
    expect(alice.seqs(ROOM)).toEqual(upTo(30));
  });

  it('when the hole is closed by something else while it is being pulled', async () => {
    const scene = room();
    const alice = await scene.online('alice', { fullHistory: true });
    const release = holdPushes(scene);
    scene.server.say(ROOM, 'bob', 'one');
    scene.server.say(ROOM, 'bob', 'two');
    scene.server.say(ROOM, 'bob', 'three, whose push is lost');
    let failures = 1;
    scene.server.fault = (method) =>
      method === 'PullEntries' && (failures -= 1) >= 0 ? { error: 'UNAVAILABLE' } : undefined;
    await release((held) => held.slice(0, 2).reverse());
    scene.server.resync('alice');
    await scene.clock.advance(1_000);
    expect(alice.seqs(ROOM)).toEqual([1, 2, 3]);
  });

  it('where some may not be seen: they count as surfaced', async () => {
    const scene = room({ alice: 10, bob: 0 }, 12);
    const alice = await scene.online('alice', { fullHistory: true });
    expect(alice.seqs(ROOM)).toEqual([11, 12]);
    expect(alice.client.conversation(ROOM)).toMatchObject({ unread: 2, hasOlder: false });
  });

  it('where some in between may not be seen: they are asked for once and then passed', async () => {
    const scene = room();
    const alice = await scene.online('alice', { fullHistory: true });
    scene.server.onPush = () => [];
    for (const text of ['one', 'two', 'three', 'four', 'five']) scene.server.say(ROOM, 'bob', text);
    scene.server.log.hide(ROOM, 'alice', [2, 3, 5]);
    scene.server.resync('alice');
    await scene.clock.advance(60_000);
    expect(alice.seqs(ROOM)).toEqual([1, 4]);
    expect([pulls(scene), alice.client.state.name]).toEqual([1, 'online']);
  });
});

describe('a conversation that is new to the device', () => {
  it('begins at its newest entry, and older ones are loaded on demand', async () => {
    const scene = room({ alice: 0, bob: 0 }, 10);
    const alice = await scene.online('alice');
    expect(alice.seqs(ROOM)).toEqual([]);
    expect(pulls(scene)).toBe(0);
    expect(alice.client.conversations()).toMatchObject([
      {
        conversationId: ROOM,
        kind: 'group',
        name: 'Room',
        lastSeq: 10,
        hasOlder: true,
        unread: 10,
      },
    ]);
    const older = await alice.client.loadOlder(ROOM, 4);
    expect(older.map(({ seq }) => seq)).toEqual([7, 8, 9, 10]);
    scene.server.say(ROOM, 'bob', 'new');
    await scene.settle();
    expect(await alice.client.loadOlder(ROOM, 100)).toHaveLength(6);
    expect(await alice.client.loadOlder(ROOM, 100)).toEqual([]);
    expect(alice.client.entries(ROOM).map(({ seq }) => seq)).toEqual(upTo(11));
    expect(alice.client.conversation(ROOM)?.hasOlder).toBe(false);
    expect(alice.seqs(ROOM)).toEqual([11]);
  });

  it('surfaces what was pushed before the sync answered, and the hole after it', async () => {
    const scene = room({ alice: 0, bob: 0 }, 5);
    scene.server.fault = (method) => (method === 'SyncConversations' ? 'swallow' : undefined);
    const alice = await scene.online('alice');
    scene.server.say(ROOM, 'bob', 'six');
    scene.server.onPush = () => [];
    scene.server.say(ROOM, 'bob', 'seven');
    scene.server.onPush = (push) => [push];
    scene.server.say(ROOM, 'bob', 'eight');
    await scene.settle();
    expect(alice.seqs(ROOM)).toEqual([]);
    scene.server.fault = () => undefined;
    await scene.clock.advance(20_000);
    expect(alice.seqs(ROOM)).toEqual([6, 7, 8]);
  });

  it('is there with its first entry, without asking', async () => {
    const scene = new Scene();
    const alice = await scene.online('alice');
    const before = scene.server.calls.length;
    scene.server.log.createConversation('d:alice:bob', { alice: 0, bob: 0 });
    scene.server.say('d:alice:bob', 'bob', 'hello');
    await scene.settle();
    expect(alice.client.conversation('d:alice:bob')).toMatchObject({ peerId: 'bob', unread: 1 });
    expect(scene.server.calls).toHaveLength(before);
  });

  it('is asked for when its first entry was missed', async () => {
    const scene = new Scene();
    const alice = await scene.online('alice');
    scene.server.log.createConversation(ROOM, { alice: 2, bob: 0 }, 'Room');
    scene.server.onPush = () => [];
    for (const text of ['one', 'two', 'three']) scene.server.say(ROOM, 'bob', text);
    scene.server.onPush = (push) => [push];
    scene.server.say(ROOM, 'bob', 'four');
    await scene.settle();
    expect(alice.seqs(ROOM)).toEqual([4]);
    expect(alice.client.conversation(ROOM)).toMatchObject({ name: 'Room', unread: 2 });
  });
});

describe('sync', () => {
  it('brings what was missed while away, from the stored cursor', async () => {
    const scene = room();
    const alice = await scene.online('alice');
    scene.server.say(ROOM, 'bob', 'one');
    await scene.settle();
    scene.server.drop('alice');
    await scene.settle();
    for (let n = 0; n < 5; n += 1) scene.server.say(ROOM, 'bob', `away ${n}`);
    await scene.clock.advance(250);
    expect(alice.seqs(ROOM)).toEqual(upTo(6));
    expect(pulls(scene)).toBe(1);
  });

  it('reads all pages', async () => {
    const scene = new Scene();
    scene.server.log.maxSync = 3;
    for (let n = 0; n < 10; n += 1) {
      scene.server.log.createConversation(`g:room${n}`, { alice: 0, bob: 0 });
      scene.server.say(`g:room${n}`, 'bob', 'hello');
    }
    const alice = await scene.online('alice');
    expect(syncs(scene)).toBe(4);
    expect(alice.client.conversations().map(({ conversationId }) => conversationId)).toEqual(
      upTo(10).map((n) => `g:room${10 - n}`),
    );
    expect(alice.client.totalUnread()).toBe(10);
  });

  it('runs again on resync, and pulls one conversation on a resync of it', async () => {
    const scene = room();
    const alice = await scene.online('alice');
    scene.server.onPush = () => [];
    scene.server.say(ROOM, 'bob', 'lost without a hole');
    scene.server.resync('alice');
    await scene.settle();
    expect(alice.seqs(ROOM)).toEqual([1]);
    const before = syncs(scene);
    scene.server.say(ROOM, 'bob', 'lost again');
    scene.server.resync('alice', ROOM);
    await scene.settle();
    expect(alice.seqs(ROOM)).toEqual([1, 2]);
    expect(syncs(scene)).toBe(before);
  });

  it('checks by itself from time to time', async () => {
    const scene = room();
    const alice = await scene.online('alice');
    scene.server.onPush = () => [];
    scene.server.say(ROOM, 'bob', 'lost without a hole');
    await scene.clock.advance(1_000_000);
    expect(alice.seqs(ROOM)).toEqual([1]);
    expect(alice.client.stats()).toMatchObject({ selfChecks: 1, missedEntries: 1 });
  });

  it('stores a cursor only once what it names was surfaced', async () => {
    const scene = room({ alice: 0, bob: 0 }, 3);
    const store = new MemoryReplicaStore();
    scene.server.fault = (method) => (method === 'PullEntries' ? 'swallow' : undefined);
    const first = await scene.online('alice', { store, fullHistory: true });
    expect((await store.load())?.cursor).toHaveLength(0);
    first.client.stop();
    scene.server.fault = () => undefined;
    const second = await scene.online('alice', { store, fullHistory: true });
    expect(second.seqs(ROOM)).toEqual(upTo(3));
    expect((await store.load())?.cursor.length).toBeGreaterThan(0);
  });

  it('goes on asking for what is new while it waits for what was missed', async () => {
    const scene = room({ alice: 0, bob: 0 }, 2);
    const store = new MemoryReplicaStore();
    const first = await scene.online('alice', { store });
    first.client.stop();
    const kept = (await store.load())?.cursor;
    scene.server.say(ROOM, 'bob', 'missed');
    scene.server.fault = (method) => (method === 'PullEntries' ? 'swallow' : undefined);
    const alice = await scene.online('alice', { store });
    scene.server.log.createConversation('g:other', { bob: 0, alice: 0 }, 'Other');
    const value = scene.server.log.member('g:other', 'alice');
    scene.server.pushTo(scene.server.session('alice'), { $case: 'memberState', value });
    await scene.settle();
    expect(alice.client.conversation('g:other')?.name).toBe('Other');
    expect((await store.load())?.cursor).toEqual(kept);
    scene.server.fault = () => undefined;
    await scene.clock.advance(60_000);
    expect(alice.seqs(ROOM)).toEqual([3]);
    expect((await store.load())?.cursor).not.toEqual(kept);
  });

  it('starts from the beginning when the stored cursor is refused', async () => {
    const scene = room({ alice: 0, bob: 0 }, 2);
    const alice = await scene.online('alice');
    let refusals = 1;
    scene.server.fault = (method) =>
      method === 'SyncConversations' && (refusals -= 1) >= 0
        ? { error: 'INVALID_ARGUMENT' }
        : undefined;
    scene.server.drop('alice');
    await scene.settle();
    scene.server.say(ROOM, 'bob', 'three');
    await scene.clock.advance(250);
    expect(alice.client.state.name).toBe('online');
    expect(alice.seqs(ROOM)).toEqual([3]);
  });
});

describe('a replica that is kept', () => {
  it('surfaces nothing twice over a restart', async () => {
    const scene = room();
    const store = new MemoryReplicaStore();
    const first = await scene.online('alice', { store });
    scene.server.say(ROOM, 'bob', 'one');
    await scene.settle();
    first.client.stop();
    scene.server.say(ROOM, 'bob', 'two');
    const second = await scene.online('alice', { store });
    expect(second.seqs(ROOM)).toEqual([2]);
    expect(second.client.entries(ROOM).map(({ seq }) => seq)).toEqual([1, 2]);
  });

  it('goes on in memory when the store fails', async () => {
    const scene = room();
    const store = {
      load: () => Promise.resolve(undefined),
      save: () => Promise.reject(new Error('disk full')),
    };
    const alice = await scene.online('alice', { store });
    scene.server.say(ROOM, 'bob', 'one');
    await scene.settle();
    expect(alice.seqs(ROOM)).toEqual([1]);
  });

  it('belongs to one user', async () => {
    const scene = room({ alice: 0, bob: 0, carol: 1 }, 1);
    const store = new MemoryReplicaStore();
    const first = await scene.online('alice', { store });
    await first.client.loadOlder(ROOM);
    first.client.stop();
    const second = await scene.online('carol', { store });
    expect(second.client.entries(ROOM)).toEqual([]);
    expect((await store.load())?.userId).toBe('carol');
  });

  it('drops the oldest entries above the bound, and loads them again', async () => {
    const scene = room();
    const alice = await scene.online('alice', { limits: { maxKeptEntries: 10 } });
    for (let n = 0; n < 15; n += 1) scene.server.say(ROOM, 'bob', `m${n}`);
    await scene.settle();
    expect(alice.client.entries(ROOM)).toHaveLength(10);
    expect(alice.client.conversation(ROOM)?.hasOlder).toBe(true);
    await alice.client.loadOlder(ROOM, 3);
    expect(alice.client.entries(ROOM)[0]?.seq).toBe(3);
  });
});

describe('another log epoch', () => {
  it.each(['connected', 'sync', 'pull'] as const)(
    'seen in %s discards everything',
    async (where) => {
      const scene = room();
      const alice = await scene.online('alice', { fullHistory: true });
      const resets: number[] = [];
      alice.client.on('reset', ({ logEpoch }) => resets.push(logEpoch));
      for (let n = 0; n < 5; n += 1) scene.server.say(ROOM, 'bob', `m${n}`);
      await scene.settle();
      scene.server.log.restoreBackup(2);
      if (where === 'connected') scene.server.drop('alice');
      if (where === 'sync') scene.server.resync('alice');
      if (where === 'pull') scene.server.resync('alice', ROOM);
      await scene.clock.advance(1_000);
      scene.server.say(ROOM, 'bob', 'after');
      await scene.settle();
      expect(resets).toEqual([2]);
      expect(alice.seqs(ROOM)).toEqual([...upTo(5), 1, 2, 3]);
      expect(alice.client.entries(ROOM).map(({ seq }) => seq)).toEqual(upTo(3));
    },
  );
});
