import type { Route } from '@queqiao/directory';
import { bucketOf } from '@queqiao/directory';
import { ErrorCode } from '@queqiao/protocol/common';
import { describe, expect, it } from 'vitest';
import { ALL_BUCKETS, SessionRig, type FakeSocket } from '../../test/session-rig.js';

function route(overrides: Partial<Route>): Route {
  const base = { deviceId: 'd1', generation: 1, nodeId: 'n1', bootId: 'boot1' } as const;
  return { ...base, platform: 'web', session: 1, codec: 'proto', ...overrides };
}

describe('two sessions of one device', () => {
  it('keeps the higher generation on this node, whichever came first', async () => {
    const rig = new SessionRig();
    const old = await rig.signedIn('app/ann', 'd1', 5);
    const newer = await rig.signedIn('app/ann', 'd1', 6);
    expect(old.closeCode).toBe(4203);
    const late = await rig.signedIn('app/ann', 'd1', 4);
    expect(late.closeCode).toBe(4203);
    expect(newer.closeCode).toBeNull();
    expect(rig.sessions.signedIn).toBe(1);
  });

  it('leaves the same device id of another app or user alone', async () => {
    const rig = new SessionRig();
    const sockets = [await rig.signedIn('app/ann'), await rig.signedIn('other/ann', 'd1', 2)];
    sockets.push(await rig.signedIn('app/bob', 'd1', 3));
    expect(sockets.map((socket) => socket.closeCode)).toEqual([null, null, null]);
  });

  it('closes 4203 when the directory knows a higher generation elsewhere', async () => {
    const rig = new SessionRig();
    rig.directory.result = { status: 'superseded' };
    const socket = await rig.signedIn();
    expect(socket.closeCode).toBe(4203);
    expect(socket.kinds()).toEqual(['disconnect']);
    expect(socket.last('disconnect').error?.code).toBe(ErrorCode.SUPERSEDED);
  });
});

describe('evicted lines', () => {
  it('closes local ones at once and kicks remote ones until acknowledged', async () => {
    const rig = new SessionRig();
    const local = await rig.signedIn('app/ann', 'd1');
    const remote = route({ deviceId: 'd7', nodeId: 'n2', bootId: 'boot2', session: 44 });
    const evicted = [route({}), remote, route({ deviceId: 'not-mine' })];
    rig.directory.result = { status: 'registered', evicted };
    rig.logic.kickFailures = 2;
    const socket = await rig.signedIn('app/ann', 'd2');
    expect(local.closeCode).toBe(4203);
    expect(socket.kinds()).toEqual(['connected']);
    await rig.clock.advanceAsync(2_000);
    expect(rig.logic.kicks).toHaveLength(3);
    expect(rig.logic.kicks[2]).toMatchObject({
      nodeId: 'n2',
      bootId: 'boot2',
      session: 44,
      closeCode: 4203,
    });
    await rig.clock.advanceAsync(60_000);
    expect(rig.logic.kicks).toHaveLength(3);
  });

  it('does not close a newer session that has the number of another device’s line', async () => {
    const rig = new SessionRig();
    const first = await rig.signedIn('app/ann', 'd1');
    rig.directory.result = { status: 'registered', evicted: [route({ deviceId: 'dx' })] };
    await rig.signedIn('app/bob', 'd2');
    expect(first.closeCode).toBeNull();
  });
});

describe('evicted lines stay in the directory', () => {
  const remote = route({ deviceId: 'd7', nodeId: 'n2', bootId: 'boot2', session: 44 });

  it('until the kick is acknowledged', async () => {
    const rig = new SessionRig();
    rig.directory.result = { status: 'registered', evicted: [remote] };
    rig.logic.kickFailures = 3;
    await rig.signedIn('app/ann', 'd2');
    expect(rig.directory.unregistered).toEqual([]);
    rig.directory.result = { status: 'registered', evicted: [] };
    await rig.clock.advanceAsync(30_000);
    expect(rig.logic.kicks).toHaveLength(4);
    expect(rig.directory.unregistered).toEqual([44]);
  });

  it('and are not forgotten when the kick is given up', async () => {
    const rig = new SessionRig({ silenceMs: 10_000_000 });
    rig.directory.result = { status: 'registered', evicted: [remote] };
    rig.logic.kickFailures = 1_000;
    await rig.signedIn('app/ann', 'd2');
    await rig.clock.advanceAsync(200_000);
    expect(rig.logic.kicks).toHaveLength(12);
    expect(rig.directory.unregistered).toEqual([]);
    rig.logic.kickFailures = 0;
    rig.sessions.reassert({ buckets: ALL_BUCKETS });
    await rig.clock.advanceAsync(200);
    expect(rig.logic.kicks).toHaveLength(13);
    expect(rig.directory.unregistered).toEqual([44]);
  });

  it('and are kicked by one hand only, however often they are named', async () => {
    const rig = new SessionRig();
    rig.directory.result = { status: 'registered', evicted: [remote] };
    rig.logic.kickFailures = 1;
    await rig.signedIn('app/ann', 'd2');
    await rig.signedIn('app/ann', 'd3');
    expect(rig.logic.kicks).toHaveLength(1);
    await rig.clock.advanceAsync(10_000);
    expect(rig.logic.kicks).toHaveLength(2);
  });

  it('unless they are of this node and closed already', async () => {
    const rig = new SessionRig();
    const evicted = [route({ deviceId: 'd9', session: 77 })];
    rig.directory.result = { status: 'registered', evicted };
    await rig.signedIn('app/ann', 'd2');
    await rig.settle();
    expect(rig.logic.kicks).toEqual([]);
    expect(rig.directory.unregistered).toEqual([77]);
  });

  it('and are kicked also when the session that was told has ended meanwhile', async () => {
    const rig = new SessionRig();
    rig.directory.away = true;
    const socket = await rig.signedIn('app/ann', 'd2');
    rig.directory.away = false;
    rig.directory.result = { status: 'registered', evicted: [remote] };
    let answer: () => void = () => undefined;
    rig.directory.hold = new Promise((resolve) => (answer = resolve));
    await rig.clock.advanceAsync(1_500);
    rig.closed(socket, 1006);
    answer();
    await rig.clock.advanceAsync(200);
    expect(rig.logic.kicks).toMatchObject([{ bootId: 'boot2', session: 44 }]);
  });
});

describe('without the directory', () => {
  it('forgets a session whose socket went while the directory failed to answer', async () => {
    const rig = new SessionRig();
    rig.directory.away = true;
    let answer: () => void = () => undefined;
    rig.directory.hold = new Promise((resolve) => (answer = resolve));
    const socket = rig.open();
    rig.connect(socket, 'app/ann');
    await rig.settle();
    rig.closed(socket, 1006);
    answer();
    await rig.settle();
    expect(rig.sessions.size).toBe(0);
    expect(await rig.metric('queqiao_connect_pending_registrations')).toBe(0);
  });

  it('signs in unregistered, registers later and says resync', async () => {
    const rig = new SessionRig();
    rig.directory.away = true;
    const socket = await rig.signedIn();
    expect(socket.kinds()).toEqual(['connected']);
    await rig.clock.advanceAsync(3_000);
    expect(socket.kinds()).toEqual(['connected']);
    expect(await rig.metric('queqiao_connect_pending_registrations')).toBe(1);
    rig.directory.away = false;
    await rig.clock.advanceAsync(1_500);
    expect(rig.directory.registered).toHaveLength(1);
    expect(socket.kinds()).toEqual(['connected', 'resync']);
    await rig.clock.advanceAsync(5_000);
    expect(rig.directory.registered).toHaveLength(1);
    expect(await rig.metric('queqiao_connect_pending_registrations')).toBe(0);
  });

  it('forgets a pending session that ends', async () => {
    const rig = new SessionRig();
    rig.directory.away = true;
    const socket = await rig.signedIn();
    rig.closed(socket, 1001);
    rig.directory.away = false;
    await rig.clock.advanceAsync(5_000);
    expect(rig.directory.registered).toEqual([]);
  });
});

describe('asserting again', () => {
  it('touches only the sessions of lost buckets, then resyncs them', async () => {
    const rig = new SessionRig();
    const [ann, bob] = [await rig.signedIn('app/ann', 'd1'), await rig.signedIn('app/bob', 'd2')];
    expect(bucketOf('app', 'ann')).not.toBe(bucketOf('app', 'bob'));
    rig.sessions.reassert({ buckets: new Set([bucketOf('app', 'bob')]) });
    await rig.clock.advanceAsync(200);
    expect(rig.directory.touched).toMatchObject([{ deviceId: 'd2' }]);
    expect(ann.kinds()).toEqual(['connected']);
    expect(bob.kinds()).toEqual(['connected', 'resync']);
  });

  it('goes at a pace and repeats what failed', async () => {
    const rig = new SessionRig();
    for (let n = 0; n < 250; n += 1) await rig.signedIn(`app/u${n}`, `d${n}`);
    rig.sessions.reassert({ buckets: ALL_BUCKETS });
    await rig.clock.advanceAsync(150);
    // 1,000 a second in the rig.
    expect(rig.directory.touched.length).toBe(100);
    rig.directory.away = true;
    await rig.clock.advanceAsync(500);
    rig.directory.away = false;
    await rig.clock.advanceAsync(2_000);
    expect(new Set(rig.directory.touched.map(({ deviceId }) => deviceId)).size).toBe(250);
    expect(rig.directory.touched).toHaveLength(250);
  });

  it('closes a session that another one of the device has overtaken', async () => {
    const rig = new SessionRig();
    const socket = await rig.signedIn();
    rig.directory.result = { status: 'superseded' };
    rig.sessions.reassert({ buckets: ALL_BUCKETS });
    await rig.clock.advanceAsync(200);
    expect(socket.closeCode).toBe(4203);
  });

  it('refreshes every line hourly without a resync', async () => {
    const rig = new SessionRig({ silenceMs: 10_000_000 });
    const socket = await rig.signedIn('app/ann/100000000');
    await rig.clock.advanceAsync(3_600_000 + 200);
    expect(rig.directory.touched).toHaveLength(1);
    expect(socket.kinds()).toEqual(['connected']);
  });
});

describe('going away', () => {
  it('unregisters exactly the session that ended and tells logic', async () => {
    const rig = new SessionRig();
    const socket = await rig.signedIn('app/ann', 'phone');
    rig.closed(socket, 1001);
    await rig.settle();
    expect(rig.directory.unregistered).toEqual([1]);
    expect(rig.logic.closed).toEqual(['phone']);
    expect(rig.sessions.size).toBe(0);
  });

  it('unregisters later who goes while the directory is away, and tells who watches once more', async () => {
    const rig = new SessionRig();
    const sockets: FakeSocket[] = [];
    for (let n = 0; n < 3; n += 1) sockets.push(await rig.signedIn(`app/u${n}`, `d${n}`));
    await rig.clock.advanceAsync(2_000);
    rig.directory.away = true;
    for (const socket of sockets) rig.closed(socket, 1001);
    await rig.clock.advanceAsync(5_000);
    expect(rig.logic.closed).toEqual(['d0', 'd1', 'd2']);
    expect(rig.directory.unregistered).toEqual([]);
    expect(await rig.metric('queqiao_queue_items')).toBe(3);
    const told = rig.logic.presence.length;
    rig.directory.away = false;
    await rig.clock.advanceAsync(3_000);
    expect(new Set(rig.directory.unregistered)).toEqual(new Set([1, 2, 3]));
    expect(rig.logic.presence.slice(told).flat().sort()).toEqual(['u0', 'u1', 'u2']);
    expect(await rig.metric('queqiao_queue_items')).toBe(0);
  });

  it('drains evenly with random hints, shorter ones when few have to come back', async () => {
    const rig = new SessionRig();
    const sockets: FakeSocket[] = [];
    for (let n = 0; n < 40; n += 1) sockets.push(await rig.signedIn(`app/u${n}`, `d${n}`));
    const open = () => sockets.filter((socket) => socket.closeCode === null).length;
    const drained = rig.sessions.drain(1_000);
    await rig.clock.advanceAsync(450);
    expect(open()).toBe(20);
    await rig.clock.advanceAsync(600);
    await drained;
    await rig.sessions.departed();
    expect(open()).toBe(0);
    expect(sockets[0]?.last('disconnect')).toMatchObject({ code: 4000, reconnectAfterMs: 101 });
    expect(rig.directory.unregistered).toHaveLength(40);
  });

  it('fences everybody at once, also those still signing in', async () => {
    const rig = new SessionRig();
    const sockets = [await rig.signedIn(), rig.open()];
    rig.sessions.fence();
    expect(sockets.map((socket) => socket.closeCode)).toEqual([4004, 4004]);
    expect(rig.sessions.size).toBe(0);
  });
});
