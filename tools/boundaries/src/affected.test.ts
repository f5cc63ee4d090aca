import { expect, test } from 'vitest';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './fixture.js';

const services = ['@queqiao/connect', '@queqiao/logic', '@queqiao/web-server'];

/** The services that a change of these files would release. */
function released(...files: string[]): string[] {
  const result = spawnSync(
    join(root, 'node_modules/.bin/nx'),
    ['show', 'projects', '--affected', `--files=${files.join(',')}`, '--json'],
    { cwd: root, encoding: 'utf8', env: { ...process.env, NX_DAEMON: 'false' } },
  );
  if (result.status !== 0) throw new Error(`nx said: ${result.stderr}`);
  const projects = JSON.parse(result.stdout) as string[];
  return projects.filter((name) => services.includes(name)).sort();
}

const cases: [what: string, file: string, releases: string[]][] = [
  ['the web client', 'apps/web/src/main.tsx', []],
  ['the testkit', 'libs/testkit/src/index.ts', []],
  ['the development stack', 'tools/dev-stack/src/index.ts', []],
  ['the words about the contract', 'proto/README.md', []],
  ['the demo back end', 'apps/web/server/src/main.ts', ['@queqiao/web-server']],
  ['connect', 'apps/connect/src/main.ts', ['@queqiao/connect']],
  ['the MySQL store', 'libs/store-mysql/src/index.ts', ['@queqiao/logic']],
  ['a migration', 'sql/migrations/0001-first.sql', ['@queqiao/logic']],
  ['the directory', 'libs/directory/src/index.ts', ['@queqiao/connect', '@queqiao/logic']],
  ['the contract', 'proto/queqiao/client/v1/entry.proto', services],
];

test.each(cases)('a change in %s (%s) releases %j', (_what, file, releases) => {
  expect(released(file)).toEqual(releases);
});
