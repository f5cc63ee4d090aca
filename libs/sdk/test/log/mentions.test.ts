import { describe, expect, it } from 'vitest';
import { contents, mentioning } from '../../src/index.js';
import { ROOM, room, type Device } from '../rig/scene.js';

/** bob, and two devices of alice's; the tablet has missed what happens in `meanwhile`. */
async function missing(meanwhile: (bob: Device) => void) {
  const scene = room({ bob: 0, alice: 0 }, 1);
  const bob = await scene.online('bob', { fullHistory: true });
  const phone = await scene.online('alice', { fullHistory: true });
  const tablet = await scene.online('alice', { fullHistory: true });
  tablet.client.stop();
  meanwhile(bob);
  await scene.settle();
  tablet.client.start();
  await scene.settle();
  return { scene, bob, both: [phone, tablet] };
}

const mentioned = ({ client }: Device): number | undefined =>
  client.conversation(ROOM)?.mentionedSeq;

describe('mentions', () => {
  it.each([
    ['by name', ['alice', 'bob']],
    ['of everybody', 'all'],
  ] as const)('%s show until they are read, and never to their author', async (_, who) => {
    const { scene, bob, both } = await missing(({ client }) => {
      void client.send(ROOM, mentioning(who, contents.text('look')));
    });
    expect([mentioned(bob), ...both.map(mentioned)]).toEqual([0, 2, 2]);
    void bob.client.sendText(ROOM, 'the moon');
    await scene.settle();
    expect(both.map(mentioned)).toEqual([2, 2]);
    void both[1]?.client.markRead(ROOM, 2);
    await scene.settle();
    expect(both.map(mentioned)).toEqual([0, 0]);
  });

  it('of everybody are told by a push alone, which raises no revision', async () => {
    const scene = room({ bob: 0, alice: 0 }, 1);
    const alice = await scene.online('alice');
    const before = scene.server.log.member(ROOM, 'alice').rev;
    const bob = await scene.online('bob');
    scene.server.fault = (method) => (method === 'SyncConversations' ? 'swallow' : undefined);
    void bob.client.send(ROOM, mentioning('all', contents.text('look')));
    await scene.settle();
    expect(scene.server.log.member(ROOM, 'alice').rev).toBe(before);
    expect(mentioned(alice)).toBe(2);
  });

  it('an edit mentions nobody anew, also on a device that sees only the edited message', async () => {
    const { both } = await missing(({ client }) => {
      void client.sendText(ROOM, 'look');
      void client.edit(ROOM, 2, mentioning(['alice'], contents.text('look, Alice')));
      void client.sendText(ROOM, 'there');
      void client.edit(ROOM, 4, mentioning('all', contents.text('there, all of you')));
    });
    for (const device of both) {
      expect(device.client.message(ROOM, 2)?.content?.mentions?.userIds).toEqual(['alice']);
      expect(device.client.message(ROOM, 4)?.content?.mentions?.all).toBe(true);
      expect(device.client.conversation(ROOM)).toMatchObject({ mentionedSeq: 0, unread: 3 });
    }
  });

  it('stay when an edit names nobody any more, also on a device that sees only the edited message', async () => {
    const { both } = await missing(({ client }) => {
      void client.send(ROOM, mentioning('all', contents.text('look')));
      void client.edit(ROOM, 2, contents.text('never mind'));
    });
    expect(both.map(mentioned)).toEqual([2, 2]);
  });
});
