import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { slowFirst } from './tools/cli/src/test/slow-files.js';
import { hasServers, withoutOwnServers } from './tools/dev-stack/src/own-servers.js';

const conditions = ['queqiao:source', 'module', 'node', 'development|production'];

type Kind = 'unit' | 'app' | 'e2e';

/** Milliseconds one test or hook may take, many times what it takes, and how many files may run side by side. */
const limits: Record<Kind, { timeoutMs: number; maxWorkers: number }> = {
  unit: { timeoutMs: 30_000, maxWorkers: Math.max(2, availableParallelism() - 1) },
  app: { timeoutMs: 120_000, maxWorkers: 2 },
  e2e: { timeoutMs: 300_000, maxWorkers: 2 },
};

const serversFile = fileURLToPath(
  new URL('./tools/dev-stack/src/vitest-global-setup.ts', import.meta.url),
);

/** Projects whose tests talk to a real database or Redis; a run starts one of each for them all. */
const needServers = new Set(
  'store-mysql directory testkit connect logic web web-server cli loadgen e2e faults'.split(' '),
);

/**
 * Projects whose test files follow one another in the same processes, which load the modules of a project once: they change nothing
 * that a process has but once, or put it back. Each file of the others has a process of its own.
 */
const sharedProcesses = new Set(
  'domain protocol runtime grpc-kit link sdk logic-units store-mysql directory web'.split(' '),
);

const plugins = hasServers() ? [] : [withoutOwnServers(import.meta.dirname)];

class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return slowFirst(await super.sort(files), (file) => ({
      kind: file.project.config.sequence.groupOrder,
      path: relative(import.meta.dirname, file.moduleId).replaceAll('\\', '/'),
    }));
  }
}

function foldersOf(kind: Kind): string[] {
  return kind === 'e2e' ? ['src', 'scenarios'] : ['src', 'test'];
}

function project(name: string, root: string, kind: Kind, folders = foldersOf(kind)) {
  const { timeoutMs, maxWorkers } = limits[kind];
  const include = folders.map((folder) => `${folder}/**/*.test.{ts,tsx}`);
  return {
    plugins,
    resolve: { conditions },
    ssr: { resolve: { conditions } },
    test: {
      name,
      root,
      include,
      exclude: ['**/node_modules/**', '**/dist/**'],
      environment: 'node' as const,
      pool: 'forks' as const,
      isolate: !sharedProcesses.has(name),
      testTimeout: timeoutMs,
      hookTimeout: timeoutMs,
      teardownTimeout: 10_000,
      ...(needServers.has(name) ? { globalSetup: [serversFile] } : {}),
      maxWorkers,
      // Groups run one after another: what is cheap fails first.
      sequence: { groupOrder: ['unit', 'app', 'e2e'].indexOf(kind) },
    },
  };
}

export default defineConfig({
  test: {
    projects: [
      project('domain', 'libs/domain', 'unit'),
      project('protocol', 'libs/protocol', 'unit'),
      project('runtime', 'libs/runtime', 'unit'),
      project('grpc-kit', 'libs/grpc-kit', 'unit'),
      project('link', 'libs/link', 'unit'),
      project('sdk', 'libs/sdk', 'unit'),
      // Of logic, the tests of one unit each, without I/O.
      project('logic-units', 'apps/logic', 'unit', ['src']),
      project('build', 'tools/build', 'app'),
      project('boundaries', 'tools/boundaries', 'app'),
      project('store-mysql', 'libs/store-mysql', 'app'),
      project('directory', 'libs/directory', 'app'),
      project('testkit', 'libs/testkit', 'app'),
      project('connect', 'apps/connect', 'app'),
      project('logic', 'apps/logic', 'app', ['test']),
      project('web', 'apps/web', 'app'),
      project('web-server', 'apps/web/server', 'app'),
      project('dev-stack', 'tools/dev-stack', 'app'),
      project('cli', 'tools/cli', 'app'),
      project('loadgen', 'tools/loadgen', 'app'),
      project('e2e', 'apps/e2e', 'e2e'),
      project('faults', 'tools/faults', 'e2e'),
    ],
    sequence: { sequencer: SlowFirst },
    coverage: { provider: 'v8', reportsDirectory: 'coverage', include: ['**/src/**/*.ts'] },
  },
});
