import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { dataRoot, findServers, isPortFree, startRedis } from '../src/index.js';
import { findProgram } from '../src/find-servers.js';

interface Parent {
  readonly child: ChildProcess;
  readonly ports: readonly number[];
}

async function startParent(): Promise<Parent> {
  const child = fork(join(import.meta.dirname, 'parent.fixture.ts'), {
    execArgv: ['--import', 'tsx', '--conditions=queqiao:source'],
  });
  // One that ends before it says anything would be waited for until the test's time is over.
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`exit ${code}`)));
  const told = once(child, 'message') as Promise<[{ ports: number[] }]>;
  const [{ ports }] = await Promise.race([told, ended]);
  ended.catch(() => undefined);
  return { child, ports };
}

/** Never resolves, and so runs into the test's time limit, when a server stays. */
async function untilGone(ports: readonly number[]): Promise<void> {
  for (const port of ports) while (!(await isPortFree(port))) await sleep(10);
}

function directoriesOf(pid: number | undefined): string[] {
  const names = readdirSync(join(dataRoot(), 'throw-away'));
  return names.filter((name) => name.split('.')[2] === String(pid));
}

describe('servers and the process that started them', () => {
  // A folder of its own: a server that starts elsewhere at the same time sweeps the usual one.
  let root: string;

  beforeAll(() => {
    // What servers begin with is as good there: to make it takes a loaded machine longer than a test may.
    const templates = join(dataRoot(), 'templates');
    mkdirSync(templates, { recursive: true });
    root = mkdtempSync(join(tmpdir(), 'dev-stack-test-'));
    symlinkSync(templates, join(root, 'templates'));
    vi.stubEnv('QUEQIAO_DATA_DIR', root);
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    rmSync(root, { recursive: true, force: true });
  });

  it('end and leave no directory when the process exits without stopping them', async () => {
    const { child, ports } = await startParent();
    expect(directoriesOf(child.pid)).toHaveLength(2);
    child.send('exit');
    await once(child, 'exit');
    await untilGone(ports);
    expect(directoriesOf(child.pid)).toEqual([]);
  });

  // Only Linux can tie a process to the life of its parent.
  const tied = findProgram('setpriv') !== undefined;
  it.runIf(tied)(
    'end when the process is killed, and the next start removes its rest',
    async () => {
      const { child, ports } = await startParent();
      child.kill('SIGKILL');
      await once(child, 'exit');
      await untilGone(ports);
      expect(directoriesOf(child.pid)).toHaveLength(2);
      const next = await startRedis();
      await next.stop();
      const kinds = directoriesOf(child.pid).map((name) => name.split('.')[0]);
      expect(kinds).toEqual(['mysql']);
    },
  );

  it('are found on this machine', () => {
    const { mysqld, redisServer } = findServers();
    expect([typeof mysqld, typeof redisServer]).toEqual(['string', 'string']);
  });
});
