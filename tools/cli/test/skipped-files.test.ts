import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { wantsOwnServers } from '@queqiao/dev-stack';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { lastLine, readSummary } from '../src/test/summary.js';

const root = resolve(import.meta.dirname, '../../..');
const plugin = resolve(root, 'tools/dev-stack/src/own-servers.ts');
let dir: string;

beforeAll(() => {
  mkdirSync(join(root, '.data'), { recursive: true });
  dir = mkdtempSync(join(root, '.data', 'skipped-files-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

it('a machine without the programs skips files that want servers of their own, by name', async () => {
  const files = {
    'vitest.config.ts':
      `import { withoutOwnServers } from ${JSON.stringify(plugin)};\n` +
      'export default { plugins: [withoutOwnServers(import.meta.dirname)] };\n',
    'given.test.ts':
      "import { it } from 'vitest';\nit('runs on what is given', () => undefined);\n",
    'faults.test.ts':
      "import { it } from 'vitest';\nconst useCluster = () => { throw new Error('no'); };\n" +
      "it('first', useCluster);\nit('second', useCluster);\n",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, name), text);
  const report = join(dir, 'report.json');
  const vitest = join(root, 'node_modules', '.bin', 'vitest');
  const args = ['run', '--root', dir, '--reporter=json', `--outputFile.json=${report}`];
  await promisify(execFile)(vitest, args, { cwd: dir });
  const summary = readSummary(report);
  expect(summary.skipped).toEqual(['faults.test.ts (wants servers of its own)']);
  expect(lastLine(summary, 0)).toBe('1 passed, 0 failed, 1 skipped');
});

it.each([
  ['const server = await startRedis();', true],
  ['cluster = await startRedisCluster();', true],
  ["import { TestCluster } from '@queqiao/testkit';", true],
  ['const db = await (await testMysql()).createDatabase();', false],
  ['// restartRedisLater', false],
])('%s wants servers of its own: %s', (text, wants) => {
  expect(wantsOwnServers(text)).toBe(wants);
});
