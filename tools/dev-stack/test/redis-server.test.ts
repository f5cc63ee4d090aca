import { Cluster, Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PortTakenError, startRedis, startRedisCluster } from '../src/index.js';
import type { RedisServer, UnexpectedExit } from '../src/index.js';

async function withClient<T>(url: string, work: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await work(client);
  } finally {
    client.disconnect();
  }
}

describe('a throw-away Redis', () => {
  const exits: UnexpectedExit[] = [];
  let server: RedisServer;

  beforeAll(async () => {
    server = await startRedis({ onExit: (exit) => exits.push(exit) });
  });
  afterAll(() => server.stop());

  it('persists nothing and listens on the loopback address only', async () => {
    const pairs = await withClient(server.url, (client) => client.config('GET', '*'));
    const valueOf = (name: string) => pairs[pairs.indexOf(name) + 1];
    expect(valueOf('save')).toBe('');
    expect(valueOf('appendonly')).toBe('no');
    expect(valueOf('bind')).toBe('127.0.0.1');
  });

  it('is empty after a restart and after SIGKILL, on the same port', async () => {
    const end = [() => Promise.resolve(), () => server.kill('SIGKILL')];
    for (const each of end) {
      await withClient(server.url, (client) => client.set('key', 'value'));
      const before = server.pid;
      await each();
      await server.restart();
      expect(server.pid).not.toBe(before);
      expect(await withClient(server.url, (client) => client.get('key'))).toBeNull();
    }
    expect(exits).toEqual([]);
  });

  it('answers nothing while it is paused, and the waiting command afterwards', async () => {
    await withClient(server.url, async (client) => {
      server.pause();
      const early = new Redis(server.url, { commandTimeout: 200, retryStrategy: () => null });
      early.on('error', () => undefined);
      await expect(early.ping()).rejects.toThrow('Command timed out');
      early.disconnect();
      const waiting = client.ping();
      server.resume();
      expect(await waiting).toBe('PONG');
    });
  });

  it('can be stopped while it is paused', async () => {
    const paused = await startRedis();
    paused.pause();
    await paused.stop();
    expect(paused.pid).toBeUndefined();
  });

  it('says that the port is taken, and leaves the other server alone', async () => {
    await expect(startRedis({ port: server.port })).rejects.toBeInstanceOf(PortTakenError);
    expect(await withClient(server.url, (client) => client.ping())).toBe('PONG');
  });

  it('reports an end that nobody asked for', async () => {
    const told = new Promise<UnexpectedExit>((resolve) => {
      void startRedis({ onExit: resolve }).then((victim) => {
        process.kill(Number(victim.pid), 'SIGKILL');
      });
    });
    expect(await told).toMatchObject({ server: 'Redis', signal: 'SIGKILL' });
  });
});

describe('a Redis Cluster', () => {
  it('serves all slots by three masters', async () => {
    const cluster = await startRedisCluster();
    const client = new Cluster([...cluster.urls]);
    try {
      for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) await client.set(key, key);
      const sizes = await Promise.all(
        cluster.urls.map((url) => withClient(url, (node) => node.dbsize())),
      );
      expect(sizes).toHaveLength(3);
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(6);
      expect(Math.min(...sizes)).toBeGreaterThan(0);
    } finally {
      client.disconnect();
      await cluster.stop();
    }
  });
});
