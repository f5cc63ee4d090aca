import { CLOSE_CODES } from '@queqiao/domain';
import { describe, expect, it } from 'vitest';
import { storedGeneration } from '../../src/index.js';
import { Scene } from '../rig/scene.js';

const names = (states: readonly { name: string }[]): string[] => states.map(({ name }) => name);

describe('connecting', () => {
  it('signs in, syncs and is online', async () => {
    const scene = new Scene();
    const { client, states } = await scene.online('alice');
    expect(names(states)).toEqual(['connecting', 'syncing', 'online']);
    expect(client.userId).toBe('alice');
    expect(scene.server.connects[0]).toMatchObject({
      token: 'alice',
      device: { id: 'alice-device', brand: '' },
    });
  });

  it('reports an unreachable server as a wait, and comes back by itself', async () => {
    const scene = new Scene();
    scene.server.unreachable = true;
    const { client, states } = await scene.online('alice');
    expect(client.state).toEqual({
      name: 'waiting',
      retryInMs: 250,
      code: 1006,
      reason: 'connection refused',
    });
    await scene.clock.advance(250);
    expect(client.state).toMatchObject({ name: 'waiting', retryInMs: 500 });
    scene.server.unreachable = false;
    await scene.clock.advance(500);
    expect(client.state.name).toBe('online');
    scene.server.drop('alice');
    await scene.settle();
    expect(states.at(-1)).toMatchObject({ name: 'waiting', retryInMs: 250 });
  });

  it('takes a failing token function for a failed attempt', async () => {
    const scene = new Scene();
    let failing = true;
    const token = (): Promise<string> =>
      failing ? Promise.reject(new Error('no network')) : Promise.resolve('alice');
    const { client } = await scene.online('alice', { token });
    expect(client.state).toMatchObject({ name: 'waiting', reason: 'no network' });
    failing = false;
    await scene.clock.advance(250);
    expect(client.state.name).toBe('online');
  });

  it('gives up on a server that accepts the socket and says nothing', async () => {
    const scene = new Scene();
    scene.server.answering = false;
    const { client } = await scene.online('alice');
    expect(client.state.name).toBe('connecting');
    await scene.clock.advance(10_000);
    expect(client.state).toMatchObject({ name: 'waiting', reason: 'no answer to the sign-in' });
  });

  it('raises the generation with every connect, across clients of one device', async () => {
    const scene = new Scene();
    const kept = new Map<string, string>();
    const storage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    };
    const first = await scene.online('alice', { generation: storedGeneration(storage, 'g') });
    scene.server.drop('alice');
    await scene.clock.advance(250);
    first.client.stop();
    await scene.online('alice', { generation: storedGeneration(storage, 'g') });
    expect(scene.server.connects.map(({ generation }) => generation)).toEqual([1, 2, 3]);
  });

  it('stops without leaving a timer, and starts again', async () => {
    const scene = new Scene();
    const { client } = await scene.online('alice');
    client.stop();
    await scene.settle();
    expect(client.state.name).toBe('idle');
    expect(scene.server.sessions.size).toBe(0);
    expect(scene.clock.pending).toBe(0);
    client.start();
    await scene.settle();
    expect(client.state.name).toBe('online');
  });

  it('leaves no timer behind when stopped in the middle of retries', async () => {
    const scene = new Scene();
    const { client } = await scene.online('alice');
    scene.server.fault = () => ({ error: 'UNAVAILABLE' });
    void client.sendText('d:alice:bob', 'hello');
    scene.server.resync('alice');
    await scene.clock.advance(5_000);
    expect(scene.clock.pending).toBeGreaterThan(1);
    client.stop();
    await scene.settle();
    expect(scene.clock.pending).toBe(0);
  });

  it('connects at once when nudged while it waits', async () => {
    const scene = new Scene();
    scene.server.unreachable = true;
    const { client } = await scene.online('alice');
    scene.server.unreachable = false;
    client.nudge();
    await scene.settle();
    expect(client.state.name).toBe('online');
  });
});

describe('the heartbeat', () => {
  it('pings at the interval that the server names', async () => {
    const scene = new Scene();
    const { client } = await scene.online('alice');
    await scene.clock.advance(100_000);
    expect(scene.server.pings).toBe(4);
    expect(client.state.name).toBe('online');
  });

  it('notices a dead line, and replaces the socket', async () => {
    const scene = new Scene();
    const { client, states } = await scene.online('alice');
    scene.server.session('alice').socket.cut = true;
    await scene.clock.advance(25_000);
    expect(client.state.name).toBe('online');
    await scene.clock.advance(10_000);
    expect(states.at(-1)).toMatchObject({ name: 'waiting', reason: 'the server fell silent' });
    await scene.clock.advance(250);
    expect(client.state.name).toBe('online');
  });
});

describe('the duties of close codes', () => {
  const retry = [
    'DRAIN',
    'SILENT',
    'SLOW_CONSUMER',
    'OVERLOADED',
    'FENCED',
    'SIGN_IN_LATE',
  ] as const;
  it.each(retry)('comes back after %s', async (name) => {
    const scene = new Scene();
    const { client } = await scene.online('alice');
    scene.server.disconnect('alice', CLOSE_CODES[name]);
    await scene.settle();
    expect(client.state).toMatchObject({ name: 'waiting', code: CLOSE_CODES[name] });
    await scene.clock.advance(250);
    expect(client.state.name).toBe('online');
  });

  it('waits as long as the server hints', async () => {
    const scene = new Scene();
    const { client } = await scene.online('alice');
    scene.server.disconnect('alice', CLOSE_CODES.DRAIN, 7_000);
    await scene.settle();
    expect(client.state).toMatchObject({ name: 'waiting', retryInMs: 7_000 });
    await scene.clock.advance(6_999);
    expect(client.state.name).toBe('waiting');
    await scene.clock.advance(1);
    expect(client.state.name).toBe('online');
  });

  const stop = [
    'PROTOCOL_ERROR',
    'SIGN_IN_REFUSED',
    'REPLACED',
    'SIGNED_OUT',
    'ORIGIN_REFUSED',
    'MESSAGE_TOO_LARGE',
  ] as const;
  it.each(stop)('never comes back by itself after %s', async (name) => {
    const scene = new Scene();
    const { client } = await scene.online('alice');
    scene.server.disconnect('alice', CLOSE_CODES[name]);
    await scene.clock.advance(3_600_000);
    expect(client.state).toEqual({ name: 'signed-out', code: CLOSE_CODES[name], reason: 'test' });
    expect(scene.server.connects).toHaveLength(1);
    client.start();
    await scene.settle();
    expect(client.state.name).toBe('online');
  });

  it('gets a new token after TOKEN_EXPIRED, and the old one otherwise', async () => {
    const scene = new Scene();
    let asked = 0;
    const token = (): Promise<string> => Promise.resolve(`alice/${(asked += 1)}`);
    const { client } = await scene.online('alice', { token });
    scene.server.drop('alice');
    await scene.clock.advance(250);
    scene.server.disconnect('alice', CLOSE_CODES.TOKEN_EXPIRED);
    await scene.settle();
    expect(client.state.name).toBe('online');
    expect(scene.server.connects.map((one) => one.token)).toEqual([
      'alice/1',
      'alice/1',
      'alice/2',
    ]);
  });

  it('does not ask in a loop when new tokens are refused too', async () => {
    const scene = new Scene();
    scene.server.refuse = () => ({ code: CLOSE_CODES.TOKEN_EXPIRED });
    await scene.online('alice');
    expect(scene.server.connects).toHaveLength(2);
    await scene.clock.advance(10_000);
    expect(scene.server.connects.length).toBeLessThan(10);
  });

  it('signs out when the only token has expired', async () => {
    const scene = new Scene();
    const { client } = await scene.online('alice', { token: 'alice' });
    scene.server.disconnect('alice', CLOSE_CODES.TOKEN_EXPIRED);
    await scene.settle();
    expect(client.state).toMatchObject({ name: 'signed-out', code: CLOSE_CODES.TOKEN_EXPIRED });
  });
});

describe('tokens', () => {
  it('refreshes on the live socket when the server says so', async () => {
    const scene = new Scene();
    let asked = 0;
    const token = (): Promise<string> => Promise.resolve(`alice/${(asked += 1)}`);
    const { states } = await scene.online('alice', { token });
    scene.server.pushTo(scene.server.session('alice'), {
      $case: 'tokenExpiring',
      value: { expiresMs: 1 },
    });
    await scene.settle();
    expect(scene.server.refreshes).toEqual(['alice/2']);
    expect(names(states)).toEqual(['connecting', 'syncing', 'online']);
    scene.server.drop('alice');
    await scene.clock.advance(250);
    expect(scene.server.connects.at(-1)?.token).toBe('alice/2');
  });

  it('does not offer a token that has expired meanwhile', async () => {
    const scene = new Scene();
    let asked = 0;
    const token = (): Promise<string> => Promise.resolve(`alice/${(asked += 1)}`);
    scene.server.tokenLifeMs = 60_000;
    await scene.online('alice', { token });
    await scene.clock.advance(60_000);
    scene.server.drop('alice');
    await scene.clock.advance(250);
    expect(scene.server.connects.at(-1)?.token).toBe('alice/2');
  });
});
