import { describe, expect, it } from 'vitest';
import { contents, mentioning, replyingTo, withExtra } from '../../src/index.js';
import { ROOM, room, Scene, upTo, type Device } from '../rig/scene.js';

const CHAT = 'd:alice:bob';

function chat(): Scene {
  const scene = new Scene();
  scene.server.log.createConversation(CHAT, { alice: 0, bob: 0 });
  return scene;
}

const textOf = (device: Device, seq: number): unknown =>
  device.client.message(CHAT, seq)?.content?.body?.value;

describe('changes of messages', () => {
  it('are made on one device and seen on the other', async () => {
    const scene = chat();
    const alice = await scene.online('alice');
    const bob = await scene.online('bob');
    for (const words of ['one', 'two', 'three']) void alice.client.sendText(CHAT, words);
    await scene.settle();
    void alice.client.recall(CHAT, 1);
    void alice.client.edit(CHAT, 2, contents.text('second'));
    void bob.client.react(CHAT, 2, '👍');
    void bob.client.pin(CHAT, 3);
    void alice.client.deleteForAll(CHAT, [3]);
    await scene.settle();
    for (const { client } of [alice, bob]) {
      expect(client.messages(CHAT)).toMatchObject([
        { seq: 1, state: 'recalled', content: undefined },
        { seq: 2, state: 'shown', edited: true, reactions: [{ emoji: '👍', userIds: ['bob'] }] },
        { seq: 3, state: 'deleted', pinned: false },
      ]);
      expect(client.conversation(CHAT)?.lastEntry).toMatchObject({ seq: 3, content: undefined });
      expect(client.outbox()).toEqual([]);
    }
    expect(textOf(bob, 2)).toEqual({ text: 'second' });
  });

  it('are shown at once, but for taking back, and withdrawn when refused', async () => {
    const scene = chat();
    const alice = await scene.online('alice');
    const told: number[] = [];
    alice.client.on('messages', ({ seqs }) => told.push(...seqs));
    void alice.client.sendText(CHAT, 'one');
    await scene.settle();
    scene.server.fault = () => 'swallow';
    void alice.client.edit(CHAT, 1, contents.text('two'));
    void alice.client.react(CHAT, 1, '🌉');
    void alice.client.recall(CHAT, 1);
    expect(alice.client.message(CHAT, 1)).toMatchObject({
      state: 'shown',
      edited: true,
      changing: true,
      reactions: [{ emoji: '🌉', userIds: ['alice'] }],
    });
    expect(told).toEqual([1, 1, 1]);
    scene.server.fault = () => ({ error: 'PERMISSION_DENIED' });
    await scene.clock.advance(30_000);
    expect(alice.client.message(CHAT, 1)).toMatchObject({
      edited: false,
      changing: false,
      reactions: [],
    });
    expect(textOf(alice, 1)).toEqual({ text: 'one' });
    expect(alice.client.outbox()).toEqual([]);
  });

  it('keep their id and their order over lost replies', async () => {
    const scene = chat();
    const alice = await scene.online('alice');
    let lost = 4;
    scene.server.fault = () => ((lost -= 1) >= 0 ? 'lose-reply' : undefined);
    void alice.client.sendText(CHAT, 'one');
    void alice.client.react(CHAT, 1, '👍');
    void alice.client.react(CHAT, 1, '👍', true);
    await scene.clock.advance(120_000);
    const kinds = scene.server.log.entries(CHAT).map(({ content }) => content?.body?.$case);
    expect(kinds).toEqual(['text', 'reaction', 'reaction']);
    expect(alice.client.message(CHAT, 1)?.reactions).toEqual([]);
  });

  it('wait for targets that are loaded later', async () => {
    const scene = room({ alice: 0, bob: 0 }, 5);
    const alice = await scene.online('alice');
    scene.server.change(ROOM, 'bob', {
      $case: 'reaction',
      value: { targetSeq: 2, emoji: '👍', removed: false },
    });
    await scene.settle();
    expect(alice.client.messages(ROOM)).toEqual([]);
    const older = alice.client.loadOlder(ROOM, 10);
    await scene.settle();
    await older;
    expect(alice.client.message(ROOM, 2)?.reactions).toEqual([{ emoji: '👍', userIds: ['bob'] }]);
  });

  it('carry replies, mentions and extra data', async () => {
    const scene = room({ alice: 0, bob: 0 }, 1);
    const alice = await scene.online('alice');
    const bob = await scene.online('bob');
    const words = withExtra('x', mentioning(['bob'], replyingTo({ seq: 1 }, contents.text('hi'))));
    void alice.client.send(ROOM, words);
    await scene.settle();
    expect(bob.entries[0]?.entry.content).toMatchObject({ replyTo: { seq: 1 }, extra: 'x' });
    expect(bob.client.conversation(ROOM)).toMatchObject({ mentionedSeq: 2, unread: 1 });
    void bob.client.markRead(ROOM);
    expect(bob.client.conversation(ROOM)?.mentionedSeq).toBe(0);
  });
});

describe('what a user has in a conversation', () => {
  it('is shown at once here and then on the other devices', async () => {
    const scene = room({ alice: 0, bob: 0 }, 3);
    const phone = await scene.online('alice', { fullHistory: true });
    const tablet = await scene.online('alice', { fullHistory: true });
    const views = () => [phone, tablet].map(({ client }) => client.conversation(ROOM));
    void phone.client.updateSettings(ROOM, { muted: true, remark: 'The room', draft: 'Dear' });
    void phone.client.deleteForMe(ROOM, [2]);
    expect(views().map((view) => view?.muted)).toEqual([true, false]);
    expect(phone.client.messages(ROOM).map(({ seq }) => seq)).toEqual([1, 3]);
    await scene.settle();
    for (const { client } of [phone, tablet]) {
      expect(client.conversation(ROOM)).toMatchObject({
        muted: true,
        remark: 'The room',
        draft: 'Dear',
      });
      expect(client.messages(ROOM).map(({ seq }) => seq)).toEqual([1, 3]);
      expect([client.totalUnread(), client.totalUnreadMuted()]).toEqual([0, 3]);
    }
    void tablet.client.clearHistory(ROOM);
    await scene.settle();
    for (const { client } of [phone, tablet]) {
      expect(client.messages(ROOM)).toEqual([]);
      expect(client.conversation(ROOM)).toMatchObject({ unread: 0, hasOlder: false });
    }
  });

  it('orders the list: pinned ones first, hidden ones out until something new', async () => {
    const scene = room({ alice: 0, bob: 0 }, 1);
    scene.server.log.createConversation(CHAT, { alice: 0, bob: 0 });
    scene.server.say(CHAT, 'bob', 'newer');
    const { client } = await scene.online('alice');
    const list = () => client.conversations().map(({ conversationId }) => conversationId);
    expect(list()).toEqual([CHAT, ROOM]);
    void client.updateSettings(ROOM, { pinned: true });
    void client.updateSettings(CHAT, { hidden: true });
    expect(list()).toEqual([ROOM]);
    await scene.settle();
    expect(list()).toEqual([ROOM]);
    scene.server.say(CHAT, 'bob', 'here again');
    await scene.settle();
    expect(list()).toEqual([ROOM, CHAT]);
  });

  it('hides and clears nothing that came before the server heard of it, however often it is asked', async () => {
    const scene = room({ alice: 0, bob: 0 }, 2);
    scene.server.log.createConversation(CHAT, { alice: 0, bob: 0 });
    scene.server.say(CHAT, 'bob', 'old');
    const { client } = await scene.online('alice', { fullHistory: true });
    scene.server.fault = (method) =>
      method === 'ClearHistory' || method === 'UpdateSettings'
        ? { error: 'UNAVAILABLE' }
        : undefined;
    void client.updateSettings(CHAT, { hidden: true });
    void client.clearHistory(ROOM);
    await scene.settle();
    scene.server.say(CHAT, 'bob', 'new');
    scene.server.say(ROOM, 'bob', 'new');
    scene.server.fault = () => undefined;
    await scene.settle();
    await scene.clock.advance(60_000);
    await scene.settle();
    expect(client.messages(ROOM).map(({ seq }) => seq)).toEqual([3]);
    expect(client.conversation(ROOM)).toMatchObject({ unread: 1 });
    expect(client.conversations().map((view) => view.conversationId)).toContain(CHAT);
    expect(scene.server.log.member(CHAT, 'alice').settings?.hidden).toBe(false);
  });

  it('is marked unread until it is read again, in the order of doing', async () => {
    const scene = room({ alice: 0, bob: 0 }, 1);
    const { client } = await scene.online('alice');
    await Promise.all([client.markRead(ROOM), scene.settle()]);
    scene.server.fault = () => ({ error: 'UNAVAILABLE' });
    void client.updateSettings(ROOM, { markedUnread: true });
    expect(client.conversation(ROOM)?.markedUnread).toBe(true);
    void client.markRead(ROOM);
    expect(client.conversation(ROOM)?.markedUnread).toBe(false);
    scene.server.fault = () => undefined;
    await scene.clock.advance(30_000);
    expect(scene.server.log.member(ROOM, 'alice').settings?.markedUnread).toBe(false);
  });
});

describe('receipts, signals and devices', () => {
  it('tells how far the other side has received and read', async () => {
    const scene = chat();
    const alice = await scene.online('alice');
    const bob = await scene.online('bob');
    void alice.client.sendText(CHAT, 'one');
    await scene.clock.advance(1_000);
    expect(alice.client.conversation(CHAT)).toMatchObject({
      peerDeliveredSeq: 1,
      peerReadSeq: 0,
    });
    void bob.client.markRead(CHAT);
    await scene.clock.advance(1_000);
    expect(alice.client.conversation(CHAT)?.peerReadSeq).toBe(1);
  });

  it('acks at most once per conversation and second, the newest, and again after a cut', async () => {
    const scene = room();
    const alice = await scene.online('alice');
    const acked = () => scene.server.acks.map(({ seq }) => seq);
    for (const n of upTo(5)) {
      scene.server.say(ROOM, 'bob', `m${n}`);
      await scene.settle();
    }
    expect(acked()).toEqual([1]);
    await scene.clock.advance(999);
    expect(acked()).toEqual([1]);
    await scene.clock.advance(1);
    expect(acked()).toEqual([1, 5]);
    scene.server.drop('alice');
    await scene.clock.advance(5_000);
    expect(acked()).toEqual([1, 5, 5]);
    expect(alice.client.stats().acksDue).toBe(0);
  });

  it('acks nothing that the store did not keep', async () => {
    const scene = room();
    let release = (): void => undefined;
    const store = {
      load: () => Promise.resolve(undefined),
      save: () => new Promise<void>((resolve) => (release = resolve)),
    };
    await scene.online('alice', { store });
    release();
    await scene.settle();
    release();
    scene.server.say(ROOM, 'bob', 'one');
    await scene.clock.advance(5_000);
    expect(scene.server.acks).toEqual([]);
    for (let n = 0; n < 3; n += 1) {
      release();
      await scene.clock.advance(1_000);
    }
    expect(scene.server.acks).toMatchObject([{ user: 'alice', seq: 1 }]);
  });

  it('tells of typing every few seconds, and of messages that are not stored', async () => {
    const scene = chat();
    const alice = await scene.online('alice');
    const bob = await scene.online('bob');
    const heard: unknown[] = [];
    bob.client.on('transient', ({ event }) => heard.push(event?.$case));
    for (let n = 0; n < 7; n += 1) {
      alice.client.typing(CHAT);
      await scene.clock.advance(1_000);
    }
    await Promise.all([
      alice.client.sendTransient(CHAT, contents.command('open the camera')),
      scene.settle(),
    ]);
    expect(heard).toEqual(['signal', 'signal', 'signal', 'content']);
    expect(scene.server.log.entries(CHAT)).toEqual([]);
  });

  it('lists readers and devices, and signs a device out', async () => {
    const scene = chat();
    const alice = await scene.online('alice');
    const other = await scene.online('alice', { device: { id: 'old-phone', platform: 1 } });
    const asked = Promise.all([alice.client.listReaders(CHAT, 1), alice.client.listDevices()]);
    await scene.settle();
    const [readers, devices] = await asked;
    expect(readers).toMatchObject({ userIds: ['bob'], readCount: 1 });
    expect(devices.map(({ device, current }) => [device?.id, current])).toEqual([
      ['alice-device', true],
      ['old-phone', false],
    ]);
    void alice.client.signOutDevice('old-phone');
    await scene.settle();
    expect(other.client.state).toMatchObject({ name: 'signed-out', code: 4204 });
  });
});
