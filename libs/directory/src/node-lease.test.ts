import { Registry } from '@queqiao/runtime';
import { FakeClock, silentLogger } from '@queqiao/runtime/testing';
import { beforeEach, expect, it } from 'vitest';
import { NodeLease } from './node-lease.js';
import type { LeaseDirectory, NodeLeaseOptions } from './node-lease.js';
import type { CanaryReport, Reassert } from './types.js';

/** Holds a lease and canaries in memory; failing it makes the next calls fail after they took effect, or before. */
class MemoryDirectory implements LeaseDirectory {
  lease = false;
  readonly canaries = new Set<number>();
  readonly down = new Set<number>();
  failing: 'no' | 'before' | 'after' = 'no';
  renewals = 0;
  #listener: (() => void) | undefined;

  reconnect(): void {
    this.#listener?.();
  }
  onReconnected(listener: () => void): () => void {
    this.#listener = listener;
    return () => (this.#listener = undefined);
  }
  acquireLease(): Promise<void> {
    return this.#attempt(() => {
      this.lease = true;
    });
  }
  renewLease(): Promise<boolean> {
    this.renewals += 1;
    return this.#attempt(() => this.lease);
  }
  releaseNode(): Promise<void> {
    return this.#attempt(() => {
      this.lease = false;
      this.canaries.clear();
    });
  }
  plantCanaries(_: unknown, buckets: readonly number[]): Promise<CanaryReport> {
    const reached = buckets.filter((bucket) => !this.#unreachable(bucket));
    for (const bucket of reached) this.canaries.add(bucket);
    return Promise.resolve({ present: reached, lost: [], unknown: this.#unreached(buckets) });
  }
  renewCanaries(_: unknown, buckets: readonly number[]): Promise<CanaryReport> {
    const reached = buckets.filter((bucket) => !this.#unreachable(bucket));
    return Promise.resolve({
      present: reached.filter((bucket) => this.canaries.has(bucket)),
      lost: reached.filter((bucket) => !this.canaries.has(bucket)),
      unknown: this.#unreached(buckets),
    });
  }
  #unreachable(bucket: number): boolean {
    return this.failing !== 'no' || this.down.has(bucket);
  }
  #unreached(buckets: readonly number[]): number[] {
    return buckets.filter((bucket) => this.#unreachable(bucket));
  }
  #attempt<T>(work: () => T): Promise<T> {
    if (this.failing === 'before') return Promise.reject(new Error('down'));
    const result = work();
    return this.failing === 'after'
      ? Promise.reject(new Error('no answer'))
      : Promise.resolve(result);
  }
}

let clock: FakeClock;
let directory: MemoryDirectory;
let reasserts: { reason: string; buckets: number }[];

beforeEach(() => {
  clock = new FakeClock();
  directory = new MemoryDirectory();
  reasserts = [];
});

function makeLease(options: Partial<NodeLeaseOptions> = {}): NodeLease {
  return new NodeLease(directory, {
    kind: 'connect',
    nodeId: 'c1',
    bootId: 'b1',
    address: '',
    clock,
    logger: silentLogger(),
    metrics: new Registry(),
    onReassert: ({ reason, buckets }: Reassert) => {
      reasserts.push({ reason, buckets: buckets.size });
    },
    ...options,
  });
}

it('takes lease and canaries at once, renews them every 5 s and reports nothing', async () => {
  const lease = makeLease();
  await lease.start();
  expect(directory.lease).toBe(true);
  expect(directory.canaries.size).toBe(256);
  await clock.advanceAsync(20_000);
  expect(directory.renewals).toBe(4);
  expect(reasserts).toEqual([]);
});

it('gives everything up when it stops, and no timer stays', async () => {
  const lease = makeLease();
  await lease.start();
  await lease.stop();
  await lease.stop();
  expect(directory.lease).toBe(false);
  expect(clock.pending).toBe(0);
});

it('plants no canaries for nodes without sessions', async () => {
  await makeLease({ kind: 'logic' }).start();
  expect(directory.lease).toBe(true);
  expect(directory.canaries.size).toBe(0);
});

it('reports a lost lease once, after it is held again', async () => {
  const held: boolean[] = [];
  const lease = makeLease({ onReassert: () => held.push(directory.lease) });
  await lease.start();
  directory.lease = false;
  await clock.advanceAsync(15_000);
  expect(held).toEqual([true]);
});

it('still reports a loss when the answer to taking the lease again was lost', async () => {
  const lease = makeLease();
  await lease.start();
  directory.lease = false;
  const acquire = directory.acquireLease.bind(directory);
  directory.acquireLease = () => {
    directory.failing = 'after';
    return acquire();
  };
  await clock.advanceAsync(5_000);
  expect(directory.lease).toBe(true);
  expect(reasserts).toEqual([]);
  directory.acquireLease = acquire;
  directory.failing = 'no';
  await clock.advanceAsync(1_000);
  expect(reasserts).toEqual([{ reason: 'lease-lost', buckets: 256 }]);
});

it('reports the buckets that lost their canary, each as soon as it is back', async () => {
  const lease = makeLease();
  await lease.start();
  for (const bucket of [3, 4, 5]) directory.canaries.delete(bucket);
  directory.down.add(5);
  await clock.advanceAsync(5_000);
  expect(reasserts).toEqual([{ reason: 'buckets-lost', buckets: 2 }]);
  directory.down.clear();
  await clock.advanceAsync(1_000);
  expect(reasserts.slice(1)).toEqual([{ reason: 'buckets-lost', buckets: 1 }]);
});

it('reports a reconnection when everything answers again', async () => {
  const lease = makeLease();
  await lease.start();
  directory.down.add(9);
  directory.reconnect();
  await clock.advanceAsync(3_000);
  expect(reasserts).toEqual([]);
  directory.down.clear();
  await clock.advanceAsync(1_000);
  expect(reasserts).toEqual([{ reason: 'reconnected', buckets: 256 }]);
  await clock.advanceAsync(20_000);
  expect(reasserts).toHaveLength(1);
});

it('reports what was registered before a late first lease', async () => {
  directory.failing = 'before';
  const lease = makeLease();
  await lease.start();
  expect(directory.lease).toBe(false);
  directory.failing = 'no';
  await clock.advanceAsync(1_000);
  expect(reasserts).toEqual([{ reason: 'lease-lost', buckets: 256 }]);
});

it('goes on when asserting fails', async () => {
  const lease = makeLease({
    onReassert: () => {
      throw new Error('planted');
    },
  });
  await lease.start();
  directory.lease = false;
  await clock.advanceAsync(5_000);
  const renewals = directory.renewals;
  await clock.advanceAsync(5_000);
  expect(directory.renewals).toBe(renewals + 1);
});
