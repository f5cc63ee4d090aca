import { describe, expect, it } from 'vitest';
import { TOKEN_LIFE_MS } from '../../test/in-memory-logic.js';
import { SessionRig } from '../../test/session-rig.js';

const PING = { $case: 'ping', value: {} } as const;

describe('heartbeat', () => {
  it('closes 4001 after sixty seconds of silence, and not while pings come', async () => {
    const rig = new SessionRig();
    const [silent, alive] = [await rig.signedIn('app/ann'), await rig.signedIn('app/bob')];
    for (let second = 0; second < 59; second += 1) rig.clock.advance(1_000);
    rig.send(alive, PING);
    expect(silent.closeCode).toBeNull();
    rig.clock.advance(1_000);
    expect(silent.closeCode).toBe(4001);
    await rig.clock.advanceAsync(58_000);
    expect(alive.closeCode).toBeNull();
    expect(alive.last('pong').serverMs).toBeGreaterThan(0);
    rig.clock.advance(1_000);
    expect(alive.closeCode).toBe(4001);
    await rig.settle();
    expect(await rig.metric('queqiao_connect_silent_closes_total')).toBe(2);
    expect(rig.directory.unregistered).toEqual([1, 2]);
  });
});

describe('token', () => {
  async function keepAlive(rig: SessionRig, socket: Parameters<typeof rig.send>[0], ms: number) {
    for (let passed = 0; passed < ms; passed += 30_000) {
      await rig.clock.advanceAsync(Math.min(30_000, ms - passed));
      if (socket.closeCode === null) rig.send(socket, PING);
    }
  }

  it('warns a minute before the end, once, and closes 4100 at the end', async () => {
    const rig = new SessionRig();
    const socket = await rig.signedIn('app/ann/120000');
    await keepAlive(rig, socket, 59_000);
    expect(socket.kinds()).not.toContain('push');
    await keepAlive(rig, socket, 2_000);
    const expiresMs = socket.last('connected').tokenExpiresMs;
    expect(socket.last('push').event).toEqual({ $case: 'tokenExpiring', value: { expiresMs } });
    await keepAlive(rig, socket, 58_000);
    expect(socket.kinds().filter((kind) => kind === 'push')).toHaveLength(1);
    expect(socket.closeCode).toBeNull();
    await keepAlive(rig, socket, 1_000);
    expect(socket.closeCode).toBe(4100);
  });

  it('goes on with a refreshed token, answered by connected', async () => {
    const rig = new SessionRig();
    const socket = await rig.signedIn('app/ann/120000');
    await keepAlive(rig, socket, 90_000);
    rig.send(socket, { $case: 'refresh', value: { token: 'good' } });
    await rig.settle();
    const { tokenExpiresMs } = socket.last('connected');
    expect(tokenExpiresMs).toBe(rig.clock.now() + TOKEN_LIFE_MS);
    await keepAlive(rig, socket, 300_000);
    expect(socket.closeCode).toBeNull();
  });

  it.each([
    ['ahead', 3_600_000],
    ['behind', -3_600_000],
  ])('goes by logic’s clock, though its own is an hour %s', async (_, aheadMs) => {
    const rig = new SessionRig({}, -aheadMs);
    const socket = await rig.signedIn('app/ann/120000');
    const serverMs = rig.clock.now() - aheadMs;
    const expiresMs = serverMs + 120_000;
    expect(socket.last('connected')).toMatchObject({ serverMs, tokenExpiresMs: expiresMs });
    await keepAlive(rig, socket, 59_000);
    expect(socket.kinds()).not.toContain('push');
    await keepAlive(rig, socket, 2_000);
    expect(socket.last('push').event).toEqual({ $case: 'tokenExpiring', value: { expiresMs } });
    rig.send(socket, { $case: 'refresh', value: { token: 'good' } });
    await rig.settle();
    expect(socket.last('connected')).toMatchObject({
      serverMs: serverMs + 61_000,
      tokenExpiresMs: serverMs + 61_000 + TOKEN_LIFE_MS,
    });
    await keepAlive(rig, socket, TOKEN_LIFE_MS - 1_000);
    expect(socket.closeCode).toBeNull();
    await keepAlive(rig, socket, 1_000);
    expect(socket.closeCode).toBe(4100);
  });

  it('goes by its own clock when logic does not tell the time', async () => {
    const rig = new SessionRig();
    rig.logic.tellsTime = false;
    const socket = await rig.signedIn('app/ann/120000');
    expect(socket.last('connected').serverMs).toBe(rig.clock.now());
    await keepAlive(rig, socket, 119_000);
    expect(socket.closeCode).toBeNull();
    await keepAlive(rig, socket, 1_000);
    expect(socket.closeCode).toBe(4100);
  });

  it('closes a refresh that logic refuses, but asks again when logic is away', async () => {
    const rig = new SessionRig();
    const refused = await rig.signedIn('app/ann');
    rig.send(refused, { $case: 'refresh', value: { token: 'bad' } });
    const later = await rig.signedIn('app/bob');
    rig.send(later, { $case: 'refresh', value: { token: 'away' } });
    const older = await rig.signedIn('app/carol');
    rig.send(older, { $case: 'refresh', value: { token: 'older' } });
    await rig.settle();
    expect(refused.closeCode).toBe(4202);
    expect([later.closeCode, older.closeCode]).toEqual([null, null]);
    await rig.clock.advanceAsync(5_000);
    expect(later.last('push').event?.$case).toBe('tokenExpiring');
  });

  it('closes 4201 for an empty refresh', async () => {
    const rig = new SessionRig();
    const socket = await rig.signedIn();
    rig.send(socket, { $case: 'refresh', value: { token: '' } });
    expect(socket.closeCode).toBe(4201);
  });
});
