import { MemberState } from '@queqiao/protocol/client';
import { describe, expect, it } from 'vitest';
import { holdPushes, ROOM, room, upTo, type Scene } from '../rig/scene.js';

describe('who leaves or comes back', () => {
  const tell = (scene: Scene, state: Partial<MemberState>): void => {
    const value = MemberState.create({ conversationId: ROOM, ...state });
    scene.server.pushTo(scene.server.session('alice'), { $case: 'memberState', value });
  };

  it('has what was said before, though none of it is pushed any more', async () => {
    const scene = room();
    const alice = await scene.online('alice');
    scene.server.say(ROOM, 'bob', 'one');
    await scene.settle();
    holdPushes(scene);
    scene.server.say(ROOM, 'bob', 'two');
    scene.server.say(ROOM, 'bob', 'three');
    scene.server.onPush = (push) => [push];
    tell(scene, { rev: 9, leftSeq: 3 });
    await scene.settle();
    expect(alice.seqs(ROOM)).toEqual(upTo(3));
    expect(alice.client.conversation(ROOM)?.left).toBe(true);
  });

  it('has what may be seen of the time in between, before anything more is said', async () => {
    const scene = room();
    const alice = await scene.online('alice');
    scene.server.say(ROOM, 'bob', 'one');
    tell(scene, { rev: 8, leftSeq: 1 });
    await scene.settle();
    holdPushes(scene);
    scene.server.say(ROOM, 'bob', 'two');
    scene.server.onPush = (push) => [push];
    tell(scene, { rev: 9, readSeq: 2, readOrdinal: 2 });
    await scene.settle();
    expect(alice.seqs(ROOM)).toEqual([1, 2]);
    expect(alice.client.conversation(ROOM)).toMatchObject({ left: false, unread: 0 });
  });

  /** alice was there for 2 to 4, and again from 8 on. */
  const backAgain = (): Scene => {
    const scene = room({ bob: 0, alice: 1 }, 4);
    const members = scene.server.log.members(ROOM);
    members.leave('alice', 4);
    for (const text of ['five', 'six', 'seven']) scene.server.say(ROOM, 'bob', text);
    members.join('alice', 7, { readSeq: 7, readOrdinal: 7 });
    scene.server.say(ROOM, 'bob', 'eight');
    return scene;
  };

  it('has the stay before too, on a device that first hears of it after the comeback', async () => {
    const alice = await backAgain().online('alice', { fullHistory: true });
    expect(alice.seqs(ROOM)).toEqual([2, 3, 4, 8]);
    expect(alice.client.entries(ROOM).map(({ seq }) => seq)).toEqual([2, 3, 4, 8]);
  });

  it('loads the stay before on demand, past what was said between', async () => {
    const scene = backAgain();
    const alice = await scene.online('alice');
    const older: number[] = [];
    while (alice.client.conversation(ROOM)?.hasOlder === true) {
      const page = alice.client.loadOlder(ROOM, 2);
      await scene.settle();
      older.unshift(...(await page).map(({ seq }) => seq));
    }
    expect(older).toEqual([2, 3, 4, 8]);
    expect(alice.client.entries(ROOM).map(({ seq }) => seq)).toEqual([2, 3, 4, 8]);
  });

  it('goes on showing the stays before', async () => {
    const scene = room({ bob: 0, alice: 0 }, 2);
    const alice = await scene.online('alice', { fullHistory: true });
    const members = scene.server.log.members(ROOM);
    for (const last of [2, 4]) {
      members.leave('alice', last);
      tell(scene, scene.server.log.member(ROOM, 'alice'));
      scene.server.say(ROOM, 'bob', 'meanwhile');
      members.join('alice', last + 1, { readSeq: last + 1, readOrdinal: last + 1 });
      tell(scene, scene.server.log.member(ROOM, 'alice'));
      scene.server.say(ROOM, 'bob', 'welcome');
      await scene.settle();
    }
    expect(alice.client.messages(ROOM).map(({ seq }) => seq)).toEqual([1, 2, 4, 6]);
  });

  it('may load what was not to be seen before, where the comeback is to the whole log', async () => {
    const scene = room({ bob: 0, alice: 2 }, 4);
    const alice = await scene.online('alice', { fullHistory: true });
    expect(alice.seqs(ROOM)).toEqual([3, 4]);
    const members = scene.server.log.members(ROOM);
    members.leave('alice', 4);
    tell(scene, scene.server.log.member(ROOM, 'alice'));
    scene.server.say(ROOM, 'bob', 'five');
    members.join('alice', 0, { readSeq: 5, readOrdinal: 5 });
    tell(scene, scene.server.log.member(ROOM, 'alice'));
    await scene.settle();
    expect(alice.seqs(ROOM)).toEqual([3, 4, 5]);
    expect(alice.client.conversation(ROOM)?.hasOlder).toBe(true);
    const older = alice.client.loadOlder(ROOM, 10);
    await scene.settle();
    expect((await older).map(({ seq }) => seq)).toEqual([1, 2]);
    expect(alice.client.messages(ROOM).map(({ seq }) => seq)).toEqual(upTo(5));
  });
});
