import { Platform } from '@queqiao/protocol/client';
import { BareDevice, eventually, type TestApp } from '@queqiao/testkit';
import { describe, expect, it } from 'vitest';
import { useCluster } from '../../src/scenario.js';

/** Tokens of these tests live for seconds; the warning comes this long before. */
const WARNING_MS = 8_000;
const cluster = useCluster({
  connect: 2,
  logic: 2,
  connectEnv: { QUEQIAO_TOKEN_WARNING_MS: String(WARNING_MS) },
});

/** On one connect node after the other. */
async function signIn(app: TestApp, user: string, ...devices: [string, Platform][]) {
  const sockets: BareDevice[] = [];
  for (const [at, [deviceId, platform]] of devices.entries()) {
    const { socketUrl } = cluster().connectAt(at % 2);
    const token = await app.token(user);
    sockets.push(await BareDevice.signIn(socketUrl, { token, deviceId, platform }));
  }
  return sockets;
}

async function closeAll(sockets: readonly BareDevice[]): Promise<void> {
  await Promise.all(sockets.map((socket) => socket.close()));
}

/** A ping is answered, so the session is alive and everything sent to it before has arrived. */
async function expectAlive(...sockets: readonly (BareDevice | undefined)[]): Promise<void> {
  for (const socket of sockets) {
    const pongs = socket?.all('pong').length ?? 0;
    socket?.send({ $case: 'ping', value: {} });
    await eventually('a pong', () => (socket?.all('pong').length ?? 0) > pongs);
    expect(socket?.closeCode).toBeUndefined();
  }
}

const MANY: [string, Platform][] = [
  ['d1', Platform.IOS],
  ['d2', Platform.ANDROID],
  ['d3', Platform.WEB],
  ['d4', Platform.IOS],
  ['d5', Platform.WEB],
];

describe('over two connect nodes', () => {
  it('without a limit every device stays', async () => {
    const app = await cluster().createApp('unlimited', { devicePolicy: { mode: 'unlimited' } });
    const sockets = await signIn(app, 'ann', ...MANY);
    await expectAlive(...sockets);
    await closeAll(sockets);
  });

  it('with at most two the oldest login gives way, wherever it is', async () => {
    const policy = { mode: 'max-per-user', max: 2 } as const;
    const app = await cluster().createApp('two', { devicePolicy: policy });
    const other = await signIn(app, 'bob', ['d1', Platform.IOS]);
    const sockets = await signIn(app, 'ann', ...MANY);
    for (const gone of sockets.slice(0, 3)) expect(await gone.closed).toBe(4203);
    await expectAlive(...sockets.slice(3), ...other);
    await closeAll([...sockets, ...other]);
  });

  it('with one per platform the other device of the platform gives way', async () => {
    const policy = { mode: 'one-per-platform' } as const;
    const app = await cluster().createApp('platforms', { devicePolicy: policy });
    const [phone, android, web, newPhone, newWeb] = await signIn(app, 'ann', ...MANY);
    for (const gone of [phone, web]) expect(await gone?.closed).toBe(4203);
    await expectAlive(android, newPhone, newWeb);
    for (const socket of [android, newPhone, newWeb]) await socket?.close();
  });

  it('a changed policy holds from the next sign-in on', async () => {
    const app = await cluster().createApp('changing');
    const sockets = await signIn(app, 'ann', ...MANY);
    await cluster().changeSettings(app, { devicePolicy: { mode: 'max-per-user', max: 1 } });
    // The sessions that are there stay until somebody signs in who learns of it.
    await expectAlive(...sockets);
    let newest = 0;
    await eventually('a sign-in sends all others away', async () => {
      newest += 1;
      sockets.push(...(await signIn(app, 'ann', [`n${newest}`, Platform.OTHER])));
      await expectAlive(sockets.at(-1));
      return sockets.slice(0, -1).every(({ closeCode }) => closeCode === 4203);
    });
    await expectAlive(sockets.at(-1));
    await closeAll(sockets);
  });
});

describe('a token that is about to expire', () => {
  it('is announced, and a session that brings a new one lives on where others end', async () => {
    const { app } = cluster();
    const { socketUrl } = cluster().connectAt(0);
    const token = await app.token('ann', 10);
    const idle = await BareDevice.signIn(socketUrl, { token, deviceId: 'idle' });
    const busy = await BareDevice.signIn(socketUrl, { token, deviceId: 'busy' });
    const expiring = await busy.next('push', ({ event }) => event?.$case === 'tokenExpiring');
    const expiresMs = busy.connected?.tokenExpiresMs ?? 0;
    expect(expiring.event?.value).toMatchObject({ expiresMs });
    busy.send({ $case: 'refresh', value: { token: await app.token('ann', 600) } });
    await busy.next('connected', (answer) => answer.tokenExpiresMs > expiresMs);
    expect(await idle.closed).toBe(4100);
    await expectAlive(busy);
    expect(busy.all('connected').map(({ sessionId }) => sessionId)).toEqual(
      Array<string>(2).fill(busy.connected?.sessionId ?? ''),
    );
    await busy.close();
  });
});
