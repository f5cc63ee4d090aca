import { setTimeout as sleep } from 'node:timers/promises';
import { createGrpcClient } from '@queqiao/grpc-kit';
import {
  ConversationServiceDefinition as Conversations,
  DeviceServiceDefinition as Devices,
} from '@queqiao/protocol/client';
import { UserServiceDefinition as ServerUsers } from '@queqiao/protocol/server';
import { BareDevice, eventually, longRun, SocketClosed } from '@queqiao/testkit';
import { SignJWT } from 'jose';
import { beforeAll, describe, expect, it } from 'vitest';
import { BackEnd, codeOf, UserDoor } from '../../src/doors.js';
import { metricSum } from '../../src/metric.js';
import { useCluster } from '../../src/scenario.js';

const cluster = useCluster({ connect: 2, logic: 2 });
/** What is promised from the acknowledgement of a sign-out to the end of the sockets. */
const BOUND_MS = 5_000;
/** Longer than what a node may know about sign-outs is good for, shorter than the link takes to notice. */
const FROZEN_MS = 5_000;

let backEnd: BackEnd;
beforeAll(async () => {
  backEnd = new BackEnd(cluster().logicAt(0).grpcAddress, cluster().app);
  await backEnd.upsert('ann', 'bob', 'carol', 'dave', 'erin');
});

function signIn(node: number, token: string, deviceId: string, generation = 1) {
  return BareDevice.signIn(cluster().connectAt(node).socketUrl, { token, deviceId, generation });
}

function signOut(by: BareDevice, deviceId: string): Promise<unknown> {
  return by.call(Devices, Devices.methods.signOutDevice, { deviceId });
}

/** The code of the close that a sign-in ends with; 0 when it succeeds. */
async function refusal(node: number, token: string, deviceId: string): Promise<number> {
  try {
    await (await signIn(node, token, deviceId, 9)).close();
    return 0;
  } catch (error) {
    if (error instanceof SocketClosed) return error.code;
    throw error;
  }
}

describe('a signed-out device', () => {
  it('is closed on another node, refused with what it had and taken with a later token', async () => {
    const token = await cluster().app.token('ann');
    const phone = await signIn(0, token, 'phone');
    const tablet = await signIn(1, token, 'tablet');
    const { devices } = await tablet.call(Devices, Devices.methods.listDevices, {});
    const ids = devices.map(({ device }) => device?.id);
    expect(new Set(ids)).toEqual(new Set(['phone', 'tablet']));
    expect(devices.find(({ current }) => current)?.device?.id).toBe('tablet');
    await signOut(tablet, 'phone');
    expect(await phone.closed).toBe(4204);
    for (const node of [0, 1]) expect(await refusal(node, token, 'phone')).toBe(4202);
    const door = new UserDoor(cluster().logicAt(1).grpcAddress, token, 'phone');
    const send = door.send('d:ann:bob', 'x', 'x');
    expect(await codeOf(send)).toBe('UNAUTHENTICATED');
    expect(tablet.closeCode).toBeUndefined();
    const again = await eventually('a later token signs in', async () =>
      signIn(0, await cluster().app.token('ann'), 'phone', 10),
    );
    // The sign-out is still in what nodes read again and again, and must not hit it.
    await eventually('a node has read it several times since', async () => {
      const { process } = cluster().connectAt(0);
      return (await metricSum(process, 'queqiao_connect_remembered_revocations')) > 0;
    });
    await sleep(3 * 2_000);
    expect(again.closeCode).toBeUndefined();
    door.close();
    await Promise.all([again.close(), tablet.close()]);
  });

  it('is closed as well when Redis is away, and when the app signs the user out', async () => {
    const token = await cluster().app.token('bob');
    const sockets = [await signIn(0, token, 'phone'), await signIn(1, token, 'phone-2')];
    const users = createGrpcClient(ServerUsers, cluster().logicAt(1).grpcAddress);
    await cluster().redis.kill();
    try {
      await users.signOutUser({ userId: 'bob', deviceId: '' }, backEnd.options);
      const acknowledgedMs = Date.now();
      expect(await Promise.all(sockets.map(({ closed }) => closed))).toEqual([4204, 4204]);
      const tookMs = Date.now() - acknowledgedMs;
      console.log(`sign-out: without Redis the sockets were closed after ${tookMs} ms`);
      if (longRun()) expect(tookMs).toBeLessThan(BOUND_MS);
      expect(await refusal(0, token, 'phone')).toBe(4202);
      expect(await refusal(1, token, 'never-seen')).toBe(4202);
    } finally {
      await cluster().redis.start();
      users.close();
    }
  });
});

describe('a token whose issuer has a wrong clock', () => {
  const signed = (aheadS: number) => {
    const nowS = Math.floor(Date.now() / 1_000);
    const { appId: app, kid, secret } = cluster().app;
    const claims = { app, sub: 'erin', aud: 'queqiao', iat: nowS + aheadS, exp: nowS + 7_200 };
    return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid }).sign(secret);
  };

  it('opens no socket from beyond what clocks may differ by, or with times that are none', async () => {
    for (const aheadS of [600, Date.now(), 1e13, 1e300]) {
      expect(await refusal(0, await signed(aheadS), 'phone'), `${aheadS}`).toBe(4202);
    }
  });

  it('from a little ahead keeps no socket open past a sign-out', async () => {
    const phone = await signIn(0, await signed(4), 'phone');
    await backEnd.users.signOutUser({ userId: 'erin', deviceId: '' }, backEnd.options);
    expect(await phone.closed).toBe(4204);
  });
});

describe('a connect node that was frozen past the sign-out', () => {
  it('hands nothing to the device when it goes on, only the end', async () => {
    const token = await cluster().app.token('carol');
    const phone = await signIn(0, token, 'phone');
    const tablet = await signIn(1, token, 'tablet');
    const staying = await signIn(0, await cluster().app.token('dave'), 'phone');
    const door = new UserDoor(
      cluster().logicAt(0).grpcAddress,
      await cluster().app.token('ann'),
      'door',
    );
    for (const peer of ['carol', 'dave']) {
      await eventually(`pushes reach ${peer}`, async () => {
        await door.send(`d:ann:${peer}`, `before-${peer}-${Date.now()}`, 'before');
        const { items } = peer === 'carol' ? phone : staying;
        return items.some(({ $case }) => $case === 'push');
      });
    }
    const frozen = cluster().connectAt(0).process;
    let before = phone.items.length;
    frozen.pause();
    try {
      await signOut(tablet, 'phone');
      // All of this waits at the frozen node's doors: pushes from logic, a ping of the device.
      for (let n = 0; n < 5; n += 1) {
        for (const peer of ['carol', 'dave']) {
          await door.send(`d:ann:${peer}`, `frozen-${n}`, 'while frozen');
        }
      }
      phone.send({ $case: 'ping', value: {} });
      await sleep(FROZEN_MS);
      // What came until now was on its way when it froze.
      before = phone.items.length;
    } finally {
      frozen.resume();
    }
    expect(await phone.closed).toBe(4204);
    expect(phone.items.slice(before)).toEqual([]);
    // Others go on over the socket they had, and nothing that was said meanwhile is lost to them.
    const range = { fromSeq: 1, toSeq: 0, limit: 100, backwards: false };
    const pull = { conversationId: 'd:ann:dave', ...range };
    await eventually('the others can read what was said meanwhile', async () => {
      const { pullEntries } = Conversations.methods;
      const { entries } = await staying.call(Conversations, pullEntries, pull);
      return entries.some(({ clientMsgId }) => clientMsgId === 'frozen-4');
    });
    expect(staying.closeCode).toBeUndefined();
    expect(await metricSum(frozen, 'queqiao_connect_holds_total', 'stood-still')).toBeGreaterThan(
      0,
    );
    door.close();
    await Promise.all([tablet.close(), staying.close()]);
  });
});
