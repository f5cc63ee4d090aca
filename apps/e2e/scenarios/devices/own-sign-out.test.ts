import { setTimeout as sleep } from 'node:timers/promises';
import { createGrpcClient } from '@queqiao/grpc-kit';
import { DeviceServiceDefinition as Devices } from '@queqiao/protocol/client';
import { createClient, Platform, type ConnectionState } from '@queqiao/sdk';
import { BareDevice, eventually, SocketClosed } from '@queqiao/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { BackEnd, codeOf, UserDoor } from '../../src/doors.js';
import { useCluster } from '../../src/scenario.js';

const cluster = useCluster({ connect: 2, logic: 2 });

const { signOutDevice } = Devices.methods;
const LEAVING = 20;
/**
 * One after the other over more time than lies between two questions of a connect node after sign-outs, and in steps shorter than an
 * answer takes: whenever a node asks, some of its devices have signed themselves out and wait for the answer.
 */
const STEP_MS = 150;

beforeAll(async () => {
  const backEnd = new BackEnd(cluster().logicAt(0).grpcAddress, cluster().app);
  await backEnd.upsert('ann', 'bob', 'carol', 'dave');
  backEnd.close();
});

function signIn(node: number, token: string, deviceId: string, generation = 1) {
  return BareDevice.signIn(cluster().connectAt(node).socketUrl, { token, deviceId, generation });
}

/** Devices of one user and one token, on one connect node after the other. */
function devices(token: string, name: string, count: number): Promise<BareDevice[]> {
  return Promise.all(Array.from({ length: count }, (_, n) => signIn(n % 2, token, `${name}-${n}`)));
}

/** Calls go to a logic node by their affinity. */
function signOut(by: BareDevice, deviceId: string): Promise<string> {
  return codeOf(by.call(Devices, signOutDevice, { deviceId }, deviceId));
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

/** What came since the sign-in, and the end. */
async function endOf(device: BareDevice) {
  const code = await device.closed;
  return [...device.items.slice(1).map(({ $case }) => $case), code];
}

const ANSWERED_AND_CLOSED = ['reply', 'disconnect', 4204];

/** The same of every device that leaves. */
const ofEach = <T>(one: T): T[] => Array.from({ length: LEAVING }, () => one);

async function expectAlive(sockets: readonly BareDevice[]): Promise<void> {
  for (const socket of sockets) {
    const { devices: listed } = await socket.call(Devices, Devices.methods.listDevices, {});
    expect(listed.length).toBeGreaterThan(0);
    expect(socket.closeCode).toBeUndefined();
  }
}

describe('a device that signs itself out', () => {
  it.each([
    ['at once', 0],
    ['one after the other', STEP_MS],
  ])(
    '%s with others has its answer, then its end, and the others of the user stay',
    async (when, stepMs) => {
      const token = await cluster().app.token('ann');
      const name = when.replaceAll(' ', '-');
      const [leaving, staying] = await Promise.all([
        devices(token, name, LEAVING),
        devices(token, `staying-${name}`, 4),
      ]);
      const answers = await Promise.all(
        leaving.map(async (device, n) => {
          await sleep(n * stepMs);
          const answer = await signOut(device, `${name}-${n}`);
          // The token is over with the answer, wherever the socket is by then.
          const refused = await Promise.all(
            [0, 1].map((node) => refusal(node, token, `${name}-${n}`)),
          );
          return [answer, ...refused];
        }),
      );
      expect(answers).toEqual(ofEach(['OK', 4202, 4202]));
      const ends = await Promise.all(leaving.map(endOf));
      expect(ends).toEqual(ofEach(ANSWERED_AND_CLOSED));
      await expectAlive(staying);
      await Promise.all(staying.map((device) => device.close()));
    },
  );

  it('after another one has both answers, whichever comes first', async () => {
    const token = await cluster().app.token('bob');
    const lost = await signIn(0, token, 'lost');
    const leaving = await devices(token, 'both', LEAVING);
    const answers = await Promise.all(
      leaving.map(async (device, n) => {
        await sleep(n * STEP_MS);
        const ofAnother = signOut(device, 'lost');
        await sleep(2 * STEP_MS);
        return Promise.all([ofAnother, signOut(device, `both-${n}`)]);
      }),
    );
    expect(answers).toEqual(ofEach(['OK', 'OK']));
    const ends = await Promise.all(leaving.map(endOf));
    expect(ends).toEqual(ofEach(['reply', ...ANSWERED_AND_CLOSED]));
    expect(await lost.closed).toBe(4204);
  });

  it('over gRPC has its answer, and its socket ends', async () => {
    const token = await cluster().app.token('carol');
    const [phone, tablet, other] = [
      await signIn(0, token, 'phone'),
      await signIn(1, token, 'tablet'),
      await signIn(1, token, 'other'),
    ];
    for (const [logic, deviceId] of [
      [0, 'phone'],
      [1, 'tablet'],
    ] as const) {
      const { grpcAddress } = cluster().logicAt(logic);
      const door = createGrpcClient(Devices, grpcAddress);
      const metadata = { authorization: `Bearer ${token}`, 'queqiao-device': deviceId };
      expect(await codeOf(door.signOutDevice({ deviceId }, { metadata }))).toBe('OK');
      door.close();
      for (const { grpcAddress: at } of cluster().logic) {
        const user = new UserDoor(at, token, deviceId);
        expect(await codeOf(user.send('d:carol:dave', 'x', 'x'))).toBe('UNAUTHENTICATED');
        user.close();
      }
    }
    expect(await endOf(phone)).toEqual(['disconnect', 4204]);
    expect(await endOf(tablet)).toEqual(['disconnect', 4204]);
    await expectAlive([other]);
    await other.close();
  });
});

describe('the client library of a device that signs itself out', () => {
  const opened: string[] = [];

  function client(deviceId: string, node: number) {
    const states: ConnectionState[] = [];
    const made = createClient({
      url: cluster().connectAt(node).socketUrl,
      token: () => cluster().app.token('dave'),
      device: { id: deviceId, platform: Platform.LINUX },
      backoff: { baseMs: 10, maxMs: 50 },
      webSocket: (url, protocols) => {
        opened.push(deviceId);
        return new WebSocket(url, protocols);
      },
    });
    made.on('state', (state) => states.push(state));
    made.start();
    return { made, states };
  }

  it('is told that it did, then that it is signed out, and leaves it at that', async () => {
    const [phone, tablet] = [client('phone', 0), client('tablet', 1)];
    await eventually('both are online', () =>
      [phone, tablet].every(({ made }) => made.state.name === 'online'),
    );
    await phone.made.signOutDevice('phone');
    await eventually('it is signed out', () => phone.made.state.name === 'signed-out');
    // Much longer than it would wait.
    await sleep(1_000);
    const [last, before] = [...phone.states].reverse();
    expect(last).toMatchObject({ name: 'signed-out', code: 4204 });
    expect(before?.name).toBe('online');
    expect(opened).toEqual(['phone', 'tablet']);
    expect((await tablet.made.listDevices()).length).toBe(2);
    expect(tablet.made.state.name).toBe('online');
    // By its user it comes back, with a token that is newer.
    await eventually('it is online again', () => {
      phone.made.start();
      return phone.made.state.name === 'online';
    });
    for (const { made } of [phone, tablet]) made.stop();
  });
});
