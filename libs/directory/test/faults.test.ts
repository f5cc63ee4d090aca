import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RedisServer } from '@queqiao/dev-stack';
import { createLogger, Registry } from '@queqiao/runtime';
import { metricValue } from '@queqiao/runtime/testing';
import { DirectoryUnavailable, type NodeLease, type Reassert } from '../src/index.js';
import { type Fixture, makeDirectory, makeLease, ownFixture, route } from './fixture.js';

const USER = { appId: 'a', userId: 'u1' };
const UNTIL = { timeout: 30_000, interval: 20 };

let fixture: Fixture & { server: RedisServer };
const leases: NodeLease[] = [];

beforeEach(async () => {
  fixture = await ownFixture();
});
afterEach(async () => {
  if (fixture.server.pid !== undefined) fixture.server.resume();
  for (const lease of leases.splice(0)) await lease.stop();
  await fixture.close();
});

/** A node with one registered session, which it asserts again when it is told to, as connect does. */
async function startNode() {
  const reasserts: Reassert[] = [];
  const metrics = new Registry();
  const { directory } = fixture;
  const lease = makeLease(directory, {
    nodeId: 'c1',
    metrics,
    ttlMs: 10_000,
    renewMs: 100,
    onReassert: (reassert) => {
      reasserts.push(reassert);
      void directory.touchAll([{ ...USER, route: route() }]);
    },
  });
  leases.push(lease);
  await lease.start();
  await directory.register(USER.appId, USER.userId, route(), { mode: 'unlimited' });
  return { reasserts, metrics };
}

async function routesAreBack() {
  await vi.waitFor(async () => {
    expect(await fixture.directory.routesOf([USER])).toEqual([[route()]]);
  }, UNTIL);
}

async function failure(work: Promise<unknown>): Promise<DirectoryUnavailable> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DirectoryUnavailable);
  return error as DirectoryUnavailable;
}

describe('a Redis that refuses the password', () => {
  it('is reported without the password, whatever the log level', async () => {
    let log = '';
    const destination = { write: (line: string) => void (log += line) };
    const logger = createLogger({ service: 's', node: 'n', level: 'trace', destination });
    const url = fixture.server.url.replace('redis://', 'redis://nobody:hunter2secret@');
    const directory = makeDirectory(url, { logger });
    await directory.start();
    try {
      await failure(directory.liveNodes('connect'));
      await vi.waitFor(() => expect(log).toContain('WRONGPASS'), UNTIL);
      expect(log).not.toContain('hunter2secret');
    } finally {
      await directory.stop();
    }
  });
});

describe('a Redis that loses its data', () => {
  it('is noticed after FLUSHALL, and the sessions come back', async () => {
    const { reasserts, metrics } = await startNode();
    await fixture.raw.flushall();
    await routesAreBack();
    expect(reasserts[0]?.reason).toBe('lease-lost');
    expect(reasserts[0]?.buckets.size).toBe(256);
    const labels = { reason: 'lease-lost' };
    expect(await metricValue(metrics, 'queqiao_directory_reasserts_total', labels)).toBe(1);
    expect(await fixture.directory.liveNodes('connect')).toHaveLength(1);
  });

  it('is noticed when it loses a few buckets only, and they are named', async () => {
    const { reasserts } = await startNode();
    await fixture.raw.del(fixture.keys.canaries(17), fixture.keys.canaries(200));
    await vi.waitFor(() => expect(reasserts).not.toEqual([]), UNTIL);
    const buckets = reasserts.flatMap((each) => [...each.buckets]);
    expect(buckets.sort((a, b) => a - b)).toEqual([17, 200]);
    expect(new Set(reasserts.map((each) => each.reason))).toEqual(new Set(['buckets-lost']));
  });

  it('is noticed when a lease ran out while the node was away', async () => {
    const { reasserts } = await startNode();
    await fixture.raw.zadd(fixture.keys.leases('connect'), 1, 'c1:b1');
    await vi.waitFor(() => expect(reasserts[0]?.reason).toBe('lease-lost'), UNTIL);
    expect(await fixture.directory.liveNodes('connect')).toHaveLength(1);
  });

  it('is noticed when it comes back empty', async () => {
    const { reasserts } = await startNode();
    await fixture.server.kill();
    await vi.waitFor(() => expect(fixture.directory.isConnected()).toBe(false), UNTIL);
    await failure(fixture.directory.routesOf([USER]));
    await fixture.server.start();
    await routesAreBack();
    expect(reasserts[0]?.reason).toBe('lease-lost');
  });
});

describe('a Redis that is out of reach', () => {
  beforeEach(async () => {
    await fixture.close();
    fixture = await ownFixture({ commandTimeoutMs: 1_000 });
  });

  it('fails typed when frozen, at once after a while, and the node asserts afterwards', async () => {
    const { reasserts } = await startNode();
    fixture.server.pause();
    expect((await failure(fixture.directory.routesOf([USER]))).kind).toBe('timeout');
    await vi.waitFor(async () => {
      const error = await failure(
        fixture.directory.register('a', 'u2', route(), { mode: 'unlimited' }),
      );
      expect(error.kind).toBe('connection');
    }, UNTIL);
    fixture.server.resume();
    await vi.waitFor(
      () => expect(reasserts.map((each) => each.reason)).toContain('reconnected'),
      UNTIL,
    );
    await routesAreBack();
  });

  it('makes a node assert after its connection was replaced', async () => {
    const { reasserts } = await startNode();
    await fixture.raw.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await vi.waitFor(() => expect(reasserts[0]?.reason).toBe('reconnected'), UNTIL);
    expect(reasserts[0]?.buckets.size).toBe(256);
  });

  it('does not keep a node from starting, which asserts when Redis comes', async () => {
    await fixture.server.kill();
    const directory = makeDirectory(fixture.server.url, { connectTimeoutMs: 200 });
    await directory.start();
    const reasserts: Reassert[] = [];
    const lease = makeLease(directory, {
      nodeId: 'c7',
      renewMs: 100,
      onReassert: (reassert) => reasserts.push(reassert),
    });
    await lease.start();
    expect((await failure(directory.liveNodes('connect'))).kind).toBe('connection');
    await fixture.server.start();
    await vi.waitFor(() => expect(reasserts[0]?.reason).toBe('lease-lost'), UNTIL);
    await lease.stop();
    await directory.stop();
  });

  it('refuses operations above the limit at once', async () => {
    const metrics = new Registry();
    const directory = makeDirectory(fixture.server.url, {
      metrics,
      maxPendingCommands: 2,
      commandTimeoutMs: 250,
    });
    await directory.start();
    fixture.server.pause();
    const all = [1, 2, 3].map(() => failure(directory.liveNodes('logic')));
    const kinds = (await Promise.all(all)).map((error) => error.kind);
    expect(kinds).toEqual(['timeout', 'timeout', 'overload']);
    const name = 'queqiao_directory_errors_total';
    expect(await metricValue(metrics, name, { operation: 'live-nodes', kind: 'timeout' })).toBe(2);
    expect(await metricValue(metrics, name, { operation: 'live-nodes', kind: 'overload' })).toBe(1);
    await directory.stop();
  });

  it('does not carry out on a new connection what its caller has given up', async () => {
    await startNode();
    fixture.server.pause();
    const givenUp = fixture.directory.register('a', 'u9', route(), { mode: 'unlimited' });
    expect((await failure(givenUp)).kind).toBe('timeout');
    await fixture.server.kill();
    await failure(fixture.directory.register('a', 'u8', route(), { mode: 'unlimited' }));
    await fixture.server.start();
    await routesAreBack();
    const users = ['u8', 'u9'].map((userId) => ({ appId: 'a', userId }));
    expect(await fixture.directory.routesOf(users)).toEqual([[], []]);
  });
});

it('answers an error of Redis as a typed failure', async () => {
  await fixture.raw.lpush(fixture.keys.user(USER), 'not a string');
  const error = await failure(
    fixture.directory.register(USER.appId, USER.userId, route(), { mode: 'unlimited' }),
  );
  expect(error.kind).toBe('reply');
  expect(error.message).not.toContain('u1');
});

it('leaves nothing of a node behind that stops', async () => {
  await startNode();
  await leases[0]?.stop();
  expect(await fixture.directory.liveNodes('connect')).toEqual([]);
  expect(await fixture.raw.keys('*')).toEqual([fixture.keys.user(USER)]);
});

it('uses scripts again after Redis has forgotten them', async () => {
  await startNode();
  await fixture.raw.script('FLUSH');
  expect(await fixture.directory.liveNodes('connect')).toHaveLength(1);
});
