import type { TestCluster } from '@queqiao/testkit';
import { beforeAll, describe } from 'vitest';
import { withoutRecovery } from '../no-recovery.js';
import { useCluster } from '../scenario.js';

/** Runs suites, each with stages of its own, on one cluster in which nothing that was not pushed at once is pushed later. */
export function play(suites: Readonly<Record<string, (cluster: () => TestCluster) => void>>): void {
  const cluster = useCluster({ connect: 2, logic: 2 });
  beforeAll(() => withoutRecovery(cluster()));
  describe.each(Object.entries(suites))('%s', (_name, suite) => {
    suite(cluster);
  });
}
