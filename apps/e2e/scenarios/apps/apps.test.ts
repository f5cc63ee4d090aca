import { createGrpcClient } from '@queqiao/grpc-kit';
import { AddKeyRequest, AppServiceDefinition, KeyAlgorithm } from '@queqiao/protocol/admin';
import { BareDevice, eventually, longRun, SocketClosed, type TestApp } from '@queqiao/testkit';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BackEnd, codeOf, UserDoor } from '../../src/doors.js';
import { useCluster } from '../../src/scenario.js';

const cluster = useCluster({ connect: 2, logic: 2 });
/** What is promised from the answer to an operator to the end of the sockets. */
const BOUND_MS = 5_000;
/** A machine that does other things too may take longer. */
const SLOW_MS = 20_000;

let apps: ReturnType<typeof open>;
let metadata: { authorization: string };
let lastId = 0;

const open = () => createGrpcClient(AppServiceDefinition, cluster().logicAt(0).grpcAddress);
const request = (appId: string) => ({ clientRequestId: `r${++lastId}`, appId });

beforeAll(() => {
  apps = open();
  metadata = { authorization: `Bearer ${cluster().operator.bearer}` };
});
afterAll(() => apps.close());

function signIn(node: number, token: string, deviceId: string, generation = 1) {
  return BareDevice.signIn(cluster().connectAt(node).socketUrl, { token, deviceId, generation });
}

/** The code of the close that a sign-in ends with; 0 when it succeeds. */
async function refusal(node: number, token: string): Promise<number> {
  try {
    await (await signIn(node, token, 'phone', 9)).close();
    return 0;
  } catch (error) {
    if (error instanceof SocketClosed) return error.code;
    throw error;
  }
}

/** Devices of two users on both connect nodes. */
async function devicesOf(app: TestApp, token: (user: string) => Promise<string>) {
  await new BackEnd(cluster().logicAt(1).grpcAddress, app).upsert('ann', 'bob');
  const [ann, bob] = [await token('ann'), await token('bob')];
  return Promise.all([
    signIn(0, ann, 'phone'),
    signIn(1, ann, 'tablet'),
    signIn(0, bob, 'phone'),
    signIn(1, bob, 'tablet'),
  ]);
}

/** How the sockets of all devices are closed. The bound itself, from `since` to the last of them, is held in long runs. */
async function closesOf(devices: readonly BareDevice[], since: number): Promise<number[]> {
  const codes = await Promise.all(devices.map(({ closed }) => closed));
  const tookMs = performance.now() - since;
  console.log(`apps: the sockets were closed after ${Math.round(tookMs)} ms`);
  expect(tookMs).toBeLessThanOrEqual(longRun() ? BOUND_MS : SLOW_MS);
  return codes;
}

it('a suspended app has no sockets and no calls on any node, and another app does not notice', async () => {
  const app = await cluster().createApp('pausing');
  const other = await cluster().createApp('going-on');
  const devices = await devicesOf(app, (user) => app.token(user));
  const [bystander] = await devicesOf(other, (user) => other.token(user));
  const token = await app.token('ann');
  await apps.suspendApp(request('pausing'), { metadata });
  const since = performance.now();
  expect(await closesOf(devices, since)).toEqual([4204, 4204, 4204, 4204]);
  for (const index of [0, 1]) {
    const door = new UserDoor(cluster().logicAt(index).grpcAddress, token, 'phone');
    // A new message each time: one that was stored before this node knew is answered for ever.
    await eventually('calls are refused', async () => {
      return (await codeOf(door.send('d:ann:bob', `m${++lastId}`, 'x'))) === 'APP_SUSPENDED';
    });
    await eventually('sign-ins are refused', async () => (await refusal(index, token)) > 0);
  }
  expect(bystander?.closeCode).toBeUndefined();

  await apps.resumeApp(request('pausing'), { metadata });
  for (const index of [0, 1]) {
    await eventually('the token from before signs in', async () => {
      return (await refusal(index, token)) === 0;
    });
  }
});

it('a retired key ends what its tokens opened, on every node, and only that', async () => {
  const app = await cluster().createApp('rotating');
  const secret = new Uint8Array(32).fill(7);
  const algorithm = KeyAlgorithm.HS256;
  const key = AddKeyRequest.create({ ...request('rotating'), keyId: 'k2', algorithm, secret });
  await apps.addKey(key, { metadata });
  const byNewer = (user: string) => {
    const nowS = Math.floor(Date.now() / 1_000);
    const claims = { app: 'rotating', sub: user, aud: 'queqiao', iat: nowS, exp: nowS + 600 };
    return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'k2' }).sign(secret);
  };
  const newer = await devicesOf(app, byNewer);
  const older = await Promise.all(
    [0, 1].map(async (node) => signIn(node, await app.token('carol'), `phone-${node}`)),
  );
  const retire = { ...request('rotating'), keyId: app.kid, retireAtMs: 0 };
  await apps.retireKey(retire, { metadata });
  const since = performance.now();
  expect(await closesOf(older, since)).toEqual([4204, 4204]);
  for (const index of [0, 1]) {
    await eventually('sign-ins are refused', async () => {
      return (await refusal(index, await app.token('carol'))) === 4202;
    });
  }
  expect(newer.map(({ closeCode }) => closeCode)).toEqual(newer.map(() => undefined));
});
