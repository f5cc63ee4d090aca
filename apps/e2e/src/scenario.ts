import { TestCluster, testSeed, type ClusterOptions } from '@queqiao/testkit';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';

/**
 * One cluster for all tests of a file. A process that ends without being asked to fails the test during which it ended. The
 * logs of the processes are kept, and their folder is named, when a test of the file fails.
 */
export function useCluster(options: ClusterOptions = {}): () => TestCluster {
  let cluster: TestCluster | undefined;
  let failed = false;
  beforeAll(async () => {
    cluster = await TestCluster.start(options);
  });
  afterEach(({ task }) => {
    if (task.result?.state === 'fail') failed = true;
    const crashes = cluster?.crashes.splice(0) ?? [];
    if (crashes.length > 0) failed = true;
    expect(crashes).toEqual([]);
  });
  afterAll(async () => {
    if (failed) console.error(`the processes of this file logged to ${cluster?.dir ?? ''}`);
    await cluster?.stop({ keepLogs: failed });
  });
  return () => {
    if (cluster === undefined) throw new Error('the cluster runs during tests only');
    return cluster;
  };
}

/** Reproducible choices: numbers in [0, 1) from a seed, which is printed so that a failure can be run again. */
export class Choices {
  #state: number;

  constructor(scenario: string, seed = testSeed()) {
    this.#state = seed >>> 0;
    console.log(`${scenario}: TEST_SEED=${seed}`);
  }

  next(): number {
    // mulberry32: one 32-bit state, good enough to spread test traffic.
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error('nothing to choose from');
    return item;
  }
}
