import { GroupUpdated, MemberState } from '@queqiao/protocol/client';
import { describe, expect, it } from 'vitest';
import { ROOM, room, Scene } from '../rig/scene.js';

describe('read cursors and unread', () => {
  it('moves at once here and then on the server, never back', async () => {
    const scene = room();
    const alice = await scene.online('alice');
    for (let n = 0; n < 4; n += 1) scene.server.say(ROOM, 'bob', `m${n}`);
    await scene.settle();
    expect(alice.client.conversation(ROOM)?.unread).toBe(4);
    const marked = alice.client.markRead(ROOM, 3);
    expect(alice.client.conversation(ROOM)).toMatchObject({ unread: 1, readSeq: 3 });
    await scene.settle();
    await marked;
    expect(scene.server.log.member(ROOM, 'alice').readSeq).toBe(3);
    await alice.client.markRead(ROOM, 1);
    expect(alice.client.conversation(ROOM)).toMatchObject({ unread: 1, readSeq: 3 });
    await Promise.all([alice.client.markRead(ROOM), scene.settle()]);
    expect(alice.client.totalUnread()).toBe(0);
  });

  it('repeats a mark until the server has it, over connections', async () => {
    const scene = room();
    const alice = await scene.online('alice');
    scene.server.say(ROOM, 'bob', 'one');
    await scene.settle();
    scene.server.fault = (method) => (method === 'MarkRead' ? { error: 'INTERNAL' } : undefined);
    const marked = alice.client.markRead(ROOM);
    await scene.clock.advance(1_000);
    scene.server.drop('alice');
    await scene.clock.advance(1_000);
    expect(scene.server.log.member(ROOM, 'alice').readSeq).toBe(0);
    scene.server.fault = () => undefined;
    await scene.clock.advance(60_000);
    await marked;
    expect(scene.server.log.member(ROOM, 'alice').readSeq).toBe(1);
  });

  it('goes back to what the server has when a mark is refused', async () => {
    const scene = room();
    const alice = await scene.online('alice');
    scene.server.say(ROOM, 'bob', 'one');
    await scene.settle();
    scene.server.fault = (method) => (method === 'MarkRead' ? { error: 'NOT_FOUND' } : undefined);
    const marked = alice.client.markRead(ROOM);
    await scene.settle();
    await expect(marked).rejects.toMatchObject({ name: 'QueqiaoError', code: 'NOT_FOUND' });
    expect(alice.client.conversation(ROOM)?.unread).toBe(1);
  });

  it('follows the newest revision and ignores older ones', async () => {
    const scene = room();
    const alice = await scene.online('alice');
    const seen: number[] = [];
    alice.client.on('member', ({ rev }) => seen.push(rev));
    for (let n = 0; n < 3; n += 1) scene.server.say(ROOM, 'bob', `m${n}`);
    const state = (rev: number, seq: number) => ({
      $case: 'memberState' as const,
      value: MemberState.create({
        conversationId: ROOM,
        rev,
        readSeq: seq,
        readOrdinal: seq,
      }),
    });
    for (const [rev, seq] of [[5, 2] as const, [4, 1] as const, [5, 2] as const, [6, 3] as const]) {
      scene.server.pushTo(scene.server.session('alice'), state(rev, seq));
    }
    await scene.settle();
    expect(seen).toEqual([5, 6]);
    expect(alice.client.conversation(ROOM)).toMatchObject({ unread: 0, readSeq: 3 });
  });

  it('is moved by own messages', async () => {
    const scene = room();
    const alice = await scene.online('alice');
    scene.server.say(ROOM, 'bob', 'one');
    await scene.settle();
    expect(alice.client.conversation(ROOM)?.unread).toBe(1);
    void alice.client.sendText(ROOM, 'two');
    await scene.settle();
    expect(alice.client.conversation(ROOM)).toMatchObject({ unread: 0, readSeq: 2 });
  });

  it('is not moved by what the user did to messages or to the group', async () => {
    const scene = room();
    const alice = await scene.online('alice');
    scene.server.say(ROOM, 'bob', 'one');
    await scene.settle();
    scene.server.change(ROOM, 'alice', {
      $case: 'groupUpdated',
      value: GroupUpdated.create({ name: 'Hall' }),
    });
    void alice.client.react(ROOM, 1, '👍');
    await scene.settle();
    expect(alice.client.conversation(ROOM)).toMatchObject({ lastSeq: 3, unread: 1, readSeq: 0 });
    expect(scene.server.log.member(ROOM, 'alice')).toMatchObject({ unread: 1, readSeq: 0 });
  });

  it('is told to the other side also where an own message has moved it, once', async () => {
    const scene = new Scene();
    const chat = 'd:alice:bob';
    scene.server.log.createConversation(chat, { alice: 0, bob: 0 });
    const alice = await scene.online('alice');
    const marks = () => scene.server.calls.filter(({ method }) => method === 'MarkRead').length;
    scene.server.say(chat, 'bob', 'are you there?');
    void alice.client.sendText(chat, 'yes');
    await scene.settle();
    expect(scene.server.log.member(chat, 'bob').peerReadSeq).toBe(0);
    for (let n = 0; n < 3; n += 1) {
      void alice.client.markRead(chat);
      await scene.settle();
    }
    expect([scene.server.log.member(chat, 'bob').peerReadSeq, marks()]).toEqual([2, 1]);
    void alice.client.sendText(chat, 'and you?');
    await scene.settle();
    void alice.client.markRead(chat);
    await scene.settle();
    expect(marks()).toBe(1);
  });

  it('is not told again where another device of the user has told it', async () => {
    const scene = new Scene();
    const chat = 'd:alice:bob';
    scene.server.log.createConversation(chat, { alice: 0, bob: 0 });
    const phone = await scene.online('alice');
    const tablet = await scene.online('alice');
    scene.server.say(chat, 'bob', 'are you there?');
    await scene.settle();
    void phone.client.markRead(chat);
    await scene.settle();
    void tablet.client.markRead(chat);
    await scene.settle();
    expect(scene.server.calls.filter(({ method }) => method === 'MarkRead')).toHaveLength(1);
  });
});
