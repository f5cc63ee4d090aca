import { TestCluster, type ClusterOptions } from '@queqiao/testkit';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';

export { Choices } from './choices.js';

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
