import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { deadPaths, namedPaths, readPages } from './doc-pages.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

test('finds the paths that a page names', () => {
  const text = [
    'See [the log](../libs/domain/src/ids.ts#top), [a page](limits.md) and <https://example.org/x>.',
    'Run `./tools/up --reset`; `libs/link/src` and `node apps/connect/src/main.ts --check-config`.',
    'Not paths: `a/b`, `libs/*/src`, `apps/connect/dist/main.js`, [site](https://example.org/docs/y).',
    '```bash',
    './tools/test connect',
    '```',
  ].join('\n');
  expect(namedPaths({ file: 'docs/page.md', text }).map(({ path }) => path)).toEqual([
    'libs/domain/src/ids.ts',
    'docs/limits.md',
    'tools/up',
    'libs/link/src',
    'apps/connect/src/main.ts',
    'tools/test',
  ]);
});

test('every path that the pages name exists', () => {
  const pages = readPages(root);
  expect(pages.map(({ file }) => file)).toEqual(
    expect.arrayContaining(['README.md', 'docs/architecture.md', 'docs/message-life.md']),
  );
  expect(deadPaths(root, pages)).toEqual([]);
});

test('notices a path that leads nowhere', () => {
  const page = { file: 'docs/page.md', text: '[gone](../libs/gone.ts) and `tools/cli/src/gone`' };
  expect(deadPaths(root, [page]).map(({ path }) => path)).toEqual([
    'libs/gone.ts',
    'tools/cli/src/gone',
  ]);
});
