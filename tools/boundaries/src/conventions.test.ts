import { expect, test } from 'vitest';
import { nameFindings, textFindings } from './conventions.js';

test.each([
  ['libs/link/src/a.ts', '// eslint-disable-next-line no-console'],
  ['libs/link/src/a.ts', '/* oxlint-disable */'],
  ['tools/cli/src/a.ts', '// @ts-ignore'],
  ['libs/link/src/a.ts', '// TODO: later'],
  ['docs/architecture.md', 'FIXME'],
  ['libs/link/src/a.test.ts', "test.only('x', () => {});"],
  ['libs/link/src/a.test.ts', "describe.concurrent.skip('x', () => {});"],
  ['apps/e2e/scenarios/x/a.test.ts', "it.todo('x');"],
  ['docs/operations.md', 'cd /home/someone/queqiao'],
  ['apps/connect/src/app.ts', 'const port = process.env.PORT;'],
  ['apps/web/server/src/app.ts', "import process from 'node:process';"],
  ['libs/runtime/src/clock.ts', '  return globalThis.process.hrtime();'],
])('in %s, reports: %s', (file, line) => {
  const found = textFindings(file, `\n${line}\n`);
  expect(found.map((finding) => finding.line)).toEqual([2]);
});

test.each([
  ['apps/connect/src/main.ts', 'process.exitCode = 1;'],
  ['tools/cli/src/a.ts', 'process.exit(1);'],
  ['libs/testkit/src/a.ts', 'process.kill(pid);'],
  ['libs/link/src/a.ts', '// The process. It ends.'],
  ['libs/link/src/a.ts', 'const child = this.process.stdout;'],
  ['libs/link/src/a.ts', "import { only } from './only.js'; only.skip();"],
  ['docs/protocol.md', 'GET /work-orders and https://example.org/home/x'],
])('in %s, accepts: %s', (file, line) => {
  expect(textFindings(file, line)).toEqual([]);
});

test('names are kebab-case and say something', () => {
  const refused = ['libs/link/src/utils.ts', 'libs/link/src/helpers/a.ts', 'libs/link/src/aB.ts'];
  expect(refused.map((file) => nameFindings(file).length)).toEqual([1, 1, 1]);
  const accepted = ['libs/link/src/send-window.ts', 'libs/protocol/src/common.ts', 'docs/UTILS.md'];
  expect(accepted.flatMap(nameFindings)).toEqual([]);
});
