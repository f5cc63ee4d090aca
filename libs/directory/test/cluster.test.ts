import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startRedisCluster, type RedisCluster } from '@queqiao/dev-stack';
import { Redis } from 'ioredis';
import { DirectoryUnavailable } from '../src/index.js';
import type { Directory, NodeLease, Reassert } from '../src/index.js';
import { makeDirectory, makeLease, route } from './fixture.js';

const UNTIL = { timeout: 30_000, interval: 50 };
const USERS = Array.from({ length: 600 }, (_, n) => ({ appId: 'a', userId: `user-${n}` }));

let cluster: RedisCluster;
let directory: Directory;
let lease: NodeLease;
const reasserts: Reassert[] = [];

beforeAll(async () => {
  cluster = await startRedisCluster();
  const hosts = cluster.nodes.map((node) => `127.0.0.1:${node.port}`).join(',');
  directory = makeDirectory(`redis+cluster://${hosts}`, { commandTimeoutMs: 2_000 });
  await directory.start();
  lease = makeLease(directory, {
    nodeId: 'c1',
    address: '10.0.0.1:1',
    ttlMs: 60_000,
    renewMs: 200,
    onReassert: (reassert) => reasserts.push(reassert),
  });
  await lease.start();
});
afterAll(async () => {
  await lease.stop();
  await directory.stop();
  await cluster.stop();
});

async function keysOfEach(pattern: string): Promise<number[]> {
  const counts: number[] = [];
  for (const url of cluster.urls) {
    const raw = new Redis(url);
    counts.push((await raw.keys(pattern)).length);
    raw.disconnect();
  }
  return counts;
}

it('registers, reads and unregisters users of all masters', async () => {
  for (const [n, user] of USERS.entries()) {
    const line = route({ session: n + 1 });
    const result = await directory.register(user.appId, user.userId, line, { mode: 'unlimited' });
    expect(result).toEqual({ status: 'registered', evicted: [] });
  }
  expect(await directory.routesOf(USERS)).toEqual(USERS.map((_, n) => [route({ session: n + 1 })]));
  const spread = await keysOfEach('q:*:u:*');
  expect(spread.every((count) => count > 0)).toBe(true);
  expect(spread.reduce((sum, count) => sum + count, 0)).toBe(USERS.length);
  expect(await directory.unregister('a', 'user-0', route({ session: 1 }))).toBe(true);
  expect(await directory.routesOf(USERS.slice(0, 1))).toEqual([[]]);
});

it('keeps each code of face rooms on one master', async () => {
  for (let n = 0; n < 30; n += 1) {
    const place = { appId: 'a', code: String(1_000 + n), latitude: 30, longitude: 120 };
    const entered = await directory.faceRooms.enter({ ...place, userId: 'ann' });
    if (entered.status !== 'in') throw new Error(entered.status);
    expect(await directory.faceRooms.room('a', entered.room.roomId)).toEqual(entered.room);
    expect(await directory.faceRooms.mark('a', entered.room.roomId, 'team')).toBe(true);
  }
  const spread = await keysOfEach('q:{f:*');
  expect(spread.every((count) => count > 0)).toBe(true);
  expect(spread.reduce((sum, count) => sum + count, 0)).toBe(90);
});

it('keeps one lease, and a canary in every bucket', async () => {
  expect(await directory.liveNodes('connect')).toEqual([
    { nodeId: 'c1', bootId: 'b1', address: '10.0.0.1:1' },
  ]);
  const canaries = await keysOfEach('q:{[0-9]*}:nodes');
  expect(canaries.reduce((sum, count) => sum + count, 0)).toBe(256);
});

it('touches many sessions of all masters', async () => {
  const entries = USERS.slice(1, 400).map((user, n) => ({
    ...user,
    route: route({ session: n + 2 }),
  }));
  const results = await directory.touchAll(entries);
  expect(results).toEqual(entries.map(() => ({ status: 'registered', evicted: [] })));
});

it('watches users of all masters, and takes their changes', async () => {
  const viewer = { appId: 'a', userId: 'viewer' };
  const users = USERS.slice(400, 500);
  const ids = users.map(({ userId }) => userId);
  expect(await directory.noteWatched(viewer, ids, 60_000)).toBe(true);
  const watching = await directory.addWatcher(viewer, ids, 60_000);
  expect(watching).toEqual(users.map(() => ({ watching: true, platforms: ['ios'] })));
  expect(await directory.takeChanges(users)).toEqual([]);
  for (const [n, user] of users.entries()) {
    await directory.unregister(user.appId, user.userId, route({ session: n + 401 }));
  }
  expect(await directory.platformsOf(users)).toEqual(users.map(() => []));
  const changes = ids.map((userId) => ({ userId, platforms: [], watchers: ['viewer'] }));
  expect(await directory.takeChanges(users)).toEqual(changes);
  await directory.removeWatcher(viewer, []);
  const spread = await keysOfEach('q:*:[wtv]:*');
  expect(spread.every((count) => count > 0)).toBe(true);
  const watchers = await keysOfEach('q:*:[wv]:*');
  expect(watchers).toEqual([0, 0, 0]);
});

it('names the buckets of the one master that was emptied, and the lease when it was there', async () => {
  const [first] = cluster.urls;
  const raw = new Redis(first ?? '');
  const hadLease = (await raw.keys('q:{nodes}:*')).length > 0;
  const emptied = (await raw.keys('q:{[0-9]*}:nodes')).map((key) => Number(/\d+/.exec(key)?.[0]));
  reasserts.length = 0;
  await raw.flushall();
  raw.disconnect();
  await vi.waitFor(() => {
    const named = new Set(reasserts.flatMap((each) => [...each.buckets]));
    expect(emptied.every((bucket) => named.has(bucket))).toBe(true);
  }, UNTIL);
  if (!hadLease)
    expect(new Set(reasserts.flatMap((each) => [...each.buckets])).size).toBe(emptied.length);
  expect(await directory.liveNodes('connect')).toHaveLength(1);
});

it('goes on with the other masters while one is frozen, and asserts afterwards', async () => {
  const frozen = cluster.nodes[2];
  const outcomes = () =>
    Promise.allSettled(USERS.slice(0, 60).map((user) => directory.routesOf([user])));
  reasserts.length = 0;
  frozen?.pause();
  // Several rounds: first commands time out, then their connection is given up.
  for (let round = 0; round < 6; round += 1) {
    const during = await outcomes();
    const failed = during.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.length).toBeLessThan(during.length);
    expect(failed.every((error) => error instanceof DirectoryUnavailable)).toBe(true);
  }
  frozen?.resume();
  await vi.waitFor(async () => {
    expect((await outcomes()).every((each) => each.status === 'fulfilled')).toBe(true);
  }, UNTIL);
  await vi.waitFor(() => {
    expect(reasserts.map((each) => each.reason)).toContain('reconnected');
  }, UNTIL);
});

it('asserts after a master was killed and came back empty', async () => {
  const victim = cluster.nodes[1];
  reasserts.length = 0;
  await victim?.kill();
  await victim?.start();
  await vi.waitFor(() => expect(reasserts).not.toEqual([]), UNTIL);
  await vi.waitFor(async () => {
    const results = await directory.touchAll(
      USERS.slice(1, 200).map((user) => ({ ...user, route: route() })),
    );
    expect(results.filter((result) => result instanceof Error)).toEqual([]);
  }, UNTIL);
});
