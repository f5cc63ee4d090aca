import { startRedis, type RedisServer } from '@queqiao/dev-stack';
import {
  createDirectory,
  DirectoryUnavailable,
  type Directory,
  type Route,
  type RouteEntry,
} from '@queqiao/directory';
import { DevicePolicy_Mode } from '@queqiao/protocol/link';
import { createRegistry, silentLogger, systemClock, type Clock } from '@queqiao/runtime';
import { metricValue } from '@queqiao/runtime/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConnectOverrides } from '../src/app.js';
import { Device, eventually, startConnect, type ConnectRig } from './connect-rig.js';

const phone = { id: 'phone', platform: 6, brand: '', model: '', osVersion: '', appVersion: '' };
let redis: RedisServer;
let observer: Directory;
const rigs: ConnectRig[] = [];

async function start(nodeId: string, overrides: ConnectOverrides = {}): Promise<ConnectRig> {
  const rig = await startConnect(redis.url, { QUEQIAO_NODE_ID: nodeId }, overrides);
  rigs.push(rig);
  return rig;
}

function makeDirectory(): Directory {
  const metrics = createRegistry({ service: 'test', node: 'observer' });
  const shared = { clock: systemClock, logger: silentLogger(), metrics };
  return createDirectory({ ...shared, url: redis.url });
}

async function routes(userId: string): Promise<Route[]> {
  return (await observer.routesOf([{ appId: 'app', userId }]))[0] ?? [];
}

beforeEach(async () => {
  redis = await startRedis();
  observer = makeDirectory();
  await observer.start();
});
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.connect.stop();
  await observer.stop();
  await redis.stop();
});

describe('registration', () => {
  it('is complete when connected arrives, and gone after the close', async () => {
    const rig = await start('c1');
    const device = await Device.signedIn(rig.url, 'app/ann', 'phone', { generation: 3 });
    expect(await routes('ann')).toEqual([
      {
        deviceId: 'phone',
        generation: 3,
        nodeId: 'c1',
        bootId: rig.connect.bootId,
        platform: 'web',
        session: 1,
        codec: 'proto',
      },
    ]);
    expect(await observer.liveNodes('connect')).toMatchObject([{ nodeId: 'c1' }]);
    device.ws.close();
    await eventually(async () => (await routes('ann')).length === 0);
    expect(rig.logic.closed).toEqual(['phone']);
  });

  it('has the older session of a device kicked on the other node', async () => {
    const [first, second] = [await start('c1'), await start('c2')];
    await Device.signedIn(first.url, 'app/ann', 'phone', { generation: 1 });
    await Device.signedIn(second.url, 'app/ann', 'phone', { generation: 2 });
    await eventually(() => second.logic.kicks.length > 0);
    expect(second.logic.kicks).toMatchObject([
      { nodeId: 'c1', bootId: first.connect.bootId, session: 1, closeCode: 4203 },
    ]);
    const late = await Device.open(first.url);
    late.send({
      $case: 'connect',
      value: { token: 'app/ann', generation: 1, device: phone },
    });
    expect(await late.closed).toBe(4203);
    expect(await routes('ann')).toMatchObject([{ nodeId: 'c2' }]);
  });

  it('kicks the older session also when the answer about it was lost', async () => {
    const [first, directory] = [await start('c1'), makeDirectory()];
    await Device.signedIn(first.url, 'app/ann', 'phone', { generation: 1 });
    let lost = 0;
    const lossy: Directory = {
      ...directory,
      register: async (...args) => {
        const result = await directory.register(...args);
        if (lost++ > 0) return result;
        throw new DirectoryUnavailable('register', 'timeout');
      },
    };
    const second = await start('c2', { directory: lossy });
    await Device.signedIn(second.url, 'app/ann', 'phone', { generation: 2 });
    await eventually(() => second.logic.kicks.length > 0);
    expect(lost).toBeGreaterThan(1);
    expect(second.logic.kicks).toMatchObject([{ bootId: first.connect.bootId, session: 1 }]);
    const key = { appId: 'app', userId: 'ann' };
    const other: Route = { ...((await routes('ann'))[0] as Route), deviceId: 'pad', session: 99 };
    await eventually(async () => {
      const result = await observer.touch(key.appId, key.userId, other);
      return result.status === 'registered' && result.evicted.length === 0;
    });
  });

  it('kicks what a node that died had evicted, at the next sign-in of the user', async () => {
    const [first, second] = [await start('c1'), await start('c2')];
    await Device.signedIn(first.url, 'app/ann', 'phone', { generation: 1 });
    second.logic.kickFailures = 1_000;
    await Device.signedIn(second.url, 'app/ann', 'phone', { generation: 2 });
    await second.connect.stop();
    const third = await start('c3');
    await Device.signedIn(third.url, 'app/ann', 'pad');
    await eventually(() => third.logic.kicks.length > 0);
    expect(third.logic.kicks).toMatchObject([
      { nodeId: 'c1', bootId: first.connect.bootId, session: 1, closeCode: 4203 },
    ]);
  });

  it('a late close does not remove the line of a newer session elsewhere', async () => {
    const [first, second] = [await start('c1'), await start('c2')];
    const old = await Device.signedIn(first.url, 'app/ann', 'phone', { generation: 1 });
    await Device.signedIn(second.url, 'app/ann', 'phone', { generation: 2 });
    old.ws.close();
    await eventually(() => first.logic.closed.length > 0);
    expect(await routes('ann')).toMatchObject([{ nodeId: 'c2', generation: 2 }]);
  });

  it('applies the app’s device policy', async () => {
    const rig = await start('c1');
    rig.logic.policy = { mode: DevicePolicy_Mode.MAX_PER_USER, maxDevices: 2 };
    const oldest = await Device.signedIn(rig.url, 'app/ann', 'd1');
    const others = [
      await Device.signedIn(rig.url, 'app/ann', 'd2'),
      await Device.signedIn(rig.url, 'app/ann', 'd3'),
    ];
    expect(await oldest.closed).toBe(4203);
    expect((await routes('ann')).map(({ deviceId }) => deviceId).sort()).toEqual(['d2', 'd3']);
    for (const other of others) expect(other.ws.readyState).toBe(other.ws.OPEN);
  });
});

describe('every line', () => {
  it('is asserted again each hour, long before it runs out', async () => {
    const hourly: (() => void)[] = [];
    const every: Clock['every'] = (ms, fn, options) => {
      if (ms === 3_600_000) hourly.push(fn);
      return systemClock.every(ms, fn, options);
    };
    const directory = makeDirectory();
    const asserted: RouteEntry[] = [];
    const touchAll: Directory['touchAll'] = (entries) => {
      asserted.push(...entries);
      return directory.touchAll(entries);
    };
    const clock = { ...systemClock, every };
    const rig = await start('c1', { clock, directory: { ...directory, touchAll } });
    await Device.signedIn(rig.url, 'app/ann', 'phone');
    for (const turn of hourly) turn();
    await eventually(() => asserted.length > 0);
    expect(asserted).toMatchObject([{ userId: 'ann', route: { deviceId: 'phone', session: 1 } }]);
  });
});

describe('when Redis loses everything', () => {
  it('signs in without it, registers when it is back and says resync', async () => {
    const rig = await start('c1');
    const before = await Device.signedIn(rig.url, 'app/before', 'd1');
    await redis.kill();
    const during = await Device.signedIn(rig.url, 'app/during', 'd2');
    await redis.start();
    await Promise.all([before.next('resync'), during.next('resync')]);
    await eventually(
      async () => (await routes('before')).length + (await routes('during')).length === 2,
    );
    expect([before.ws.readyState, during.ws.readyState]).toEqual([1, 1]);
  });
});

describe('drain', () => {
  it('fails readiness, closes 4000 with hints, deregisters and leaves', async () => {
    const rig = await start('c1');
    const ready = () => fetch(`http://127.0.0.1:${rig.connect.ports.operations}/readyz`);
    expect((await ready()).status).toBe(200);
    const devices = await Promise.all(
      Array.from({ length: 30 }, (_, n) => Device.signedIn(rig.url, `app/u${n}`, `d${n}`)),
    );
    const drained = rig.connect.drain();
    expect((await ready()).status).toBe(503);
    expect(new Set(await Promise.all(devices.map(({ closed }) => closed)))).toEqual(
      new Set([4000]),
    );
    const hints = devices
      .map(({ items }) => items.at(-1))
      .map((item) => {
        if (item?.$case !== 'disconnect') throw new Error('no disconnect item');
        return item.value.reconnectAfterMs;
      });
    expect(hints.every((hint) => hint >= 1 && hint <= 10_000)).toBe(true);
    expect(new Set(hints).size).toBeGreaterThan(15);
    await drained;
    expect(await routes('u7')).toEqual([]);
    await expect(Device.open(rig.url)).rejects.toThrow('ECONNREFUSED');
    expect((await rig.connect.stop()).clean).toBe(true);
    expect(await observer.liveNodes('connect')).toEqual([]);
  });
});

describe('a pause beyond the lease', () => {
  it('fences: everybody is closed 4004 and nothing stale is pushed', async () => {
    let aheadMs = 0;
    const clock = { ...systemClock, monotonic: () => systemClock.monotonic() + aheadMs };
    const rig = await startConnect(redis.url, { QUEQIAO_NODE_ID: 'c1' }, { clock });
    rigs.push(rig);
    const device = await Device.signedIn(rig.url);
    aheadMs = 20_000;
    const push = { protoFrame: Uint8Array.of(10, 2, 98, 0), jsonItem: new Uint8Array() };
    rig.logic.handlers?.deliver({
      ...push,
      sessions: [1],
      users: [],
      exceptSession: 0,
      largeJoin: undefined,
    });
    expect(await device.closed).toBe(4004);
    // Not even the reason: whoever stood still does not know whether the device was signed out meanwhile.
    expect(device.items.map((item) => item.$case)).toEqual(['connected']);
    const closes = [rig.connect.registry, 'queqiao_connect_closes_total'] as const;
    await eventually(async () => (await metricValue(...closes, { code: '4004' })) === 1);
    await Device.signedIn(rig.url, 'app/ann', 'd1', { generation: 2 });
  });
});
