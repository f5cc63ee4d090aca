import type { Item } from '@queqiao/protocol/client';
import { describe, expect, it } from 'vitest';
import { contents, mentioning, type Missed } from '../../src/index.js';
import { ROOM, room, upTo, type Device, type Scene } from '../rig/scene.js';

const CHECK_MS = 100_000;
const GRACE_MS = 30_000;

interface Checked {
  readonly scene: Scene;
  readonly alice: Device;
  readonly missed: Missed[];
  readonly warnings: unknown[];
}

async function checked(): Promise<Checked> {
  const scene = room({ alice: 0, bob: 0 }, 2);
  const warnings: unknown[] = [];
  const alice = await scene.online('alice', {
    limits: { selfCheckMs: CHECK_MS, selfCheckGraceMs: GRACE_MS },
    logger: { debug: () => undefined, warn: (_, details) => warnings.push(details) },
  });
  const missed: Missed[] = [];
  alice.client.on('missed', (one) => missed.push(one));
  return { scene, alice, missed, warnings };
}

/** Until the check has been done; what it found is not judged yet. */
const untilChecked = (scene: Scene): Promise<void> => scene.clock.advance(CHECK_MS + 500);

describe('a self-check', () => {
  it('brings what was lost without a trace, counts it and tells of it', async () => {
    const { scene, alice, missed, warnings } = await checked();
    scene.server.onPush = () => [];
    for (const n of upTo(3)) scene.server.say(ROOM, 'bob', `lost ${n}`);
    scene.server.onPush = (push) => [push];
    await untilChecked(scene);
    expect(alice.seqs(ROOM)).toEqual([3, 4, 5]);
    expect(missed).toEqual([]);
    await scene.clock.advance(GRACE_MS);
    expect(missed).toEqual([{ conversationId: ROOM, entries: 3, state: false }]);
    expect(warnings).toEqual(missed);
    await scene.clock.advance(CHECK_MS + GRACE_MS);
    expect(alice.client.stats()).toMatchObject({
      selfChecks: 2,
      missedEntries: 3,
      missedStates: 0,
    });
  });

  it('does the same for settings and cursors', async () => {
    const { scene, alice, missed } = await checked();
    const tablet = await scene.online('alice', { device: { id: 'tablet', platform: 1 } });
    scene.server.onPush = () => [];
    void tablet.client.updateSettings(ROOM, { muted: true });
    await scene.settle();
    scene.server.onPush = (push) => [push];
    await untilChecked(scene);
    expect(alice.client.conversation(ROOM)?.muted).toBe(true);
    await scene.clock.advance(GRACE_MS);
    expect(missed).toEqual([{ conversationId: ROOM, entries: 0, state: true }]);
    expect(alice.client.stats().missedStates).toBe(1);
  });

  it('finds nothing in what it was told, what it did itself, and what says nothing new', async () => {
    const { scene, alice, missed } = await checked();
    const tablet = await scene.online('alice', { device: { id: 'tablet', platform: 1 } });
    const bob = await scene.online('bob');
    void alice.client.updateSettings(ROOM, { hidden: true, draft: 'Dear' });
    void tablet.client.markRead(ROOM);
    await scene.settle();
    // Own messages and mentions raise revisions without a push.
    void alice.client.sendText(ROOM, 'mine');
    void tablet.client.sendText(ROOM, 'mine too');
    void bob.client.send(ROOM, mentioning(['alice'], contents.text('look')));
    await scene.settle();
    void bob.client.react(ROOM, 1, '👍');
    await untilChecked(scene);
    await scene.clock.advance(GRACE_MS);
    expect(missed).toEqual([]);
    expect(alice.client.stats()).toMatchObject({ selfChecks: 1, missedEntries: 0 });
  });

  it('does not take for lost what is late', async () => {
    const { scene, alice, missed } = await checked();
    const late: Item[] = [];
    scene.server.onPush = (push) => {
      late.push(push);
      return [];
    };
    for (const n of upTo(3)) scene.server.say(ROOM, 'bob', `late ${n}`);
    scene.server.log.updateSettings(ROOM, 'alice', { muted: true });
    const value = scene.server.log.member(ROOM, 'alice');
    scene.server.pushTo(scene.server.session('alice'), { $case: 'memberState', value });
    await untilChecked(scene);
    scene.server.session('alice').socket.deliver(late.slice(1));
    await scene.clock.advance(GRACE_MS);
    expect(missed).toEqual([{ conversationId: ROOM, entries: 1, state: false }]);
    expect(alice.seqs(ROOM)).toEqual([3, 4, 5]);
  });

  it.each(['resync', 'drop'] as const)('leaves it to the server after a %s', async (what) => {
    const { scene, alice, missed } = await checked();
    scene.server.onPush = () => [];
    scene.server.say(ROOM, 'bob', 'lost');
    await untilChecked(scene);
    scene.server[what]('alice');
    await scene.clock.advance(GRACE_MS);
    expect(alice.seqs(ROOM)).toEqual([3]);
    expect(missed).toEqual([]);
  });
});
