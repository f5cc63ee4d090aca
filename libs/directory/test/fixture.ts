import { startRedis, testRedis } from '@queqiao/dev-stack';
import type { RedisServer } from '@queqiao/dev-stack';
import { Registry, systemClock } from '@queqiao/runtime';
import { silentLogger } from '@queqiao/runtime/testing';
import { Redis } from 'ioredis';
import { createDirectory, NodeLease } from '../src/index.js';
import type { Directory, DirectoryOptions, NodeLeaseOptions, Route } from '../src/index.js';
import { DirectoryKeys } from '../src/keys.js';

export interface Fixture {
  readonly directory: Directory;
  readonly metrics: Registry;
  readonly keys: DirectoryKeys;
  /** A plain connection to look at what was written, with no limits of its own. */
  readonly raw: Redis;
  close(): Promise<void>;
}

/** A started directory on a Redis that other tests share, under keys that nobody else uses. */
export async function sharedFixture(options: Partial<DirectoryOptions> = {}): Promise<Fixture> {
  const redis = await testRedis();
  return open(redis.url, { keyPrefix: redis.prefix(), ...options });
}

/** A started directory on a Redis of its own, which may be frozen, emptied and killed. */
export async function ownFixture(
  options: Partial<DirectoryOptions> = {},
): Promise<Fixture & { server: RedisServer }> {
  const server = await startRedis();
  const fixture = await open(server.url, options);
  const close = async () => {
    await fixture.close();
    await server.stop();
  };
  return { ...fixture, server, close };
}

async function open(url: string, options: Partial<DirectoryOptions>): Promise<Fixture> {
  const metrics = options.metrics ?? new Registry();
  const directory = makeDirectory(url, { metrics, ...options });
  await directory.start();
  const raw = new Redis(url);
  raw.on('error', () => undefined);
  const close = async () => {
    raw.disconnect();
    await directory.stop();
  };
  return { directory, metrics, keys: new DirectoryKeys(options.keyPrefix ?? 'q:'), raw, close };
}

/** It waits for answers longer than a busy machine keeps anybody waiting, unless a test wants it otherwise. */
export function makeDirectory(url: string, options: Partial<DirectoryOptions> = {}): Directory {
  return createDirectory({
    url,
    commandTimeoutMs: 20_000,
    clock: systemClock,
    logger: silentLogger(),
    metrics: new Registry(),
    ...options,
  });
}

export function makeLease(
  directory: Directory,
  options: Partial<NodeLeaseOptions> & Pick<NodeLeaseOptions, 'nodeId'>,
): NodeLease {
  return new NodeLease(directory, {
    kind: 'connect',
    bootId: 'b1',
    address: '',
    clock: systemClock,
    logger: silentLogger(),
    metrics: new Registry(),
    ...options,
  });
}

export function route(changes: Partial<Route> = {}): Route {
  return {
    deviceId: 'phone',
    generation: 1,
    nodeId: 'c1',
    bootId: 'b1',
    platform: 'ios',
    session: 1,
    codec: 'proto',
    ...changes,
  };
}

/** Lets these boots of connect nodes count as alive for a while, in every bucket. */
export async function plant(directory: Directory, ...members: string[]): Promise<void> {
  const buckets = Array.from({ length: 256 }, (_, bucket) => bucket);
  for (const member of members) {
    const [nodeId = '', bootId = ''] = member.split(':');
    const node = { kind: 'connect', nodeId, bootId } as const;
    const report = await directory.plantCanaries(node, buckets, 60_000);
    if (report.present.length !== 256) throw new Error('canaries could not be planted');
  }
}
