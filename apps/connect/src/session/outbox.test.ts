import { describe, expect, it } from 'vitest';
import { Deliver } from '@queqiao/protocol/link';
import { encodeItems } from '@queqiao/protocol/client';
import { callItem, SessionRig, type FakeSocket } from '../../test/session-rig.js';
import { resyncSpreadMs } from './down-items.js';

const PUSH = encodeItems([
  { item: { $case: 'resync', value: { conversationId: 'c', reason: '' } } },
]);

function deliver(sessions: number[], extra: Partial<Deliver> = {}): Deliver {
  return Deliver.fromPartial({ protoFrame: PUSH, sessions, ...extra });
}

describe('outbox', () => {
  it('writes one message per turn, in order', async () => {
    const rig = new SessionRig();
    const socket = await rig.signedIn();
    const before = socket.messages.length;
    for (let n = 0; n < 5; n += 1) rig.sessions.down.deliver(deliver([1]));
    rig.send(socket, callItem(1), { $case: 'ping', value: {} });
    await rig.settle();
    const messages = socket.messages.slice(before);
    expect(messages.length).toBeLessThanOrEqual(2);
    expect(socket.kinds().slice(1, 7)).toEqual([...Array<string>(5).fill('resync'), 'pong']);
    expect(await rig.metric('queqiao_connect_outbox_bytes')).toBe(0);
  });

  it('writes more in one turn than may wait, as long as the device reads', async () => {
    const rig = new SessionRig({ maxOutboxBytes: 1_000 });
    const reader = await rig.signedIn();
    for (let n = 0; n < 200; n += 1) rig.sessions.down.deliver(deliver([1]));
    await rig.settle();
    expect(reader.closeCode).toBeNull();
    expect(reader.kinds()).toEqual(['connected', ...Array<string>(200).fill('resync')]);
    expect(await rig.metric('queqiao_connect_outbox_bytes')).toBe(0);
  });

  it('closes a session that gets more in one turn than it may hold and does not read', async () => {
    const rig = new SessionRig({ maxOutboxBytes: 1_000 });
    const [greedy, other] = [await rig.signedIn('app/ann'), await rig.signedIn('app/bob')];
    greedy.buffered = 995;
    for (let n = 0; n < 200; n += 1) rig.sessions.down.deliver(deliver([1]));
    rig.sessions.down.deliver(deliver([2]));
    await rig.settle();
    expect(greedy.closeCode).toBe(4002);
    expect(greedy.last('disconnect').code).toBe(4002);
    expect(other.closeCode).toBeNull();
    expect(other.last('resync').conversationId).toBe('c');
    expect(await rig.metric('queqiao_connect_slow_consumers_total')).toBe(1);
    expect(await rig.metric('queqiao_connect_outbox_bytes')).toBe(0);
  });

  it('stops within the turn when the transport begins to keep what it gets', async () => {
    const rig = new SessionRig({ maxOutboxBytes: 1_000 });
    const socket = await rig.signedIn();
    const write = socket.write.bind(socket);
    socket.write = (message) => {
      socket.buffered += message.length;
      return write(message);
    };
    for (let n = 0; n < 5_000; n += 1) rig.sessions.down.deliver(deliver([1]));
    expect(socket.closeCode).toBe(4002);
    expect(socket.buffered).toBeLessThan(2 * 1_000 + 100);
  });

  it('hands over a single answer that is longer than what may wait', async () => {
    const rig = new SessionRig({ maxOutboxBytes: 1_000 });
    const socket = await rig.signedIn();
    const reason = 'x'.repeat(5_000);
    const item = { $case: 'resync', value: { conversationId: 'c', reason } } as const;
    rig.sessions.down.deliver(deliver([1], { protoFrame: encodeItems([{ item }]) }));
    await rig.settle();
    expect(socket.closeCode).toBeNull();
    expect(socket.last('resync').reason).toBe(reason);
  });

  it('counts what the transport still holds', async () => {
    const rig = new SessionRig({ maxOutboxBytes: 1_000 });
    const socket = await rig.signedIn();
    socket.buffered = 995;
    rig.sessions.down.deliver(deliver([1]));
    await rig.settle();
    expect(socket.closeCode).toBe(4002);
  });

  it('never writes again after the transport has dropped a message', async () => {
    const rig = new SessionRig();
    const socket = await rig.signedIn();
    socket.outcome = 'dropped';
    rig.sessions.down.deliver(deliver([1]));
    await rig.settle();
    expect(socket.closeCode).toBe(4002);
    expect(rig.sessions.size).toBe(0);
  });
});

describe('what logic sends down', () => {
  it('delivers by session and by user, except to the author’s session', async () => {
    const rig = new SessionRig();
    const [first, second, other] = [
      await rig.signedIn('app/ann', 'd1'),
      await rig.signedIn('app/ann', 'd2'),
      await rig.signedIn('other/ann', 'd3'),
    ];
    const users = [{ appId: 'app', userId: 'ann' }];
    const looked = rig.pauseChecks;
    rig.sessions.down.deliver(deliver([99], { users, exceptSession: 1 }));
    expect(rig.pauseChecks).toBeGreaterThan(looked);
    await rig.settle();
    expect(first.kinds()).toEqual(['connected']);
    expect(second.kinds()).toEqual(['connected', 'resync']);
    expect(other.kinds()).toEqual(['connected']);
  });

  it('writes nothing for a codec without a payload, nor before connected', async () => {
    const rig = new SessionRig();
    const waiting = rig.open();
    rig.connect(waiting, 'slow/app/ann');
    rig.sessions.down.deliver(deliver([1]));
    const signedIn = await rig.signedIn('app/bob');
    rig.sessions.down.deliver(deliver([2], { protoFrame: new Uint8Array() }));
    await rig.settle();
    expect(waiting.messages).toEqual([]);
    expect(signedIn.kinds()).toEqual(['connected']);
  });

  it('kicks with the code it was told', async () => {
    const rig = new SessionRig();
    const socket = await rig.signedIn();
    rig.sessions.down.kick({ sessions: [1, 99], closeCode: 4204, reason: 'banned' });
    expect(socket.closeCode).toBe(4204);
    expect(socket.last('disconnect')).toMatchObject({ code: 4204, reason: 'banned' });
  });

  it('takes longer over more sessions, so that few of them sync at once', () => {
    const spreads = [0, 32, 1_000, 10_000, 100_000].map(resyncSpreadMs);
    expect(spreads).toEqual([0, 160, 5_000, 5_000, 50_000]);
  });

  it('resyncs named sessions, or all of them at a pace', async () => {
    const rig = new SessionRig();
    const sockets: FakeSocket[] = [];
    for (let n = 0; n < 100; n += 1) sockets.push(await rig.signedIn(`app/u${n}`));
    const told = () => sockets.filter((socket) => socket.kinds().includes('resync')).length;
    rig.sessions.down.resync({ sessions: [100], reason: 'x' });
    await rig.settle();
    expect(told()).toBe(1);
    rig.sessions.down.resync({ sessions: [], reason: 'overflow' });
    await rig.settle();
    expect(told()).toBe(21);
    await rig.clock.advanceAsync(500);
    expect(sockets.map((socket) => socket.last('resync').reason)).toEqual(
      sockets.map(() => 'overflow'),
    );
  });
});
