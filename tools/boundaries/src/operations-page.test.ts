import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const read = (file: string): string => readFileSync(`${root}${file}`, 'utf8');
const page = read('docs/operations.md');

const configs = [
  'libs/runtime/src/common-config.ts',
  'apps/connect/src/config.ts',
  'apps/logic/src/config.ts',
  'apps/web/server/src/config.ts',
];

test.each(configs)('docs/operations.md lists every variable of %s', (file) => {
  const variables = [...read(file).matchAll(/: '(QUEQIAO_[A-Z_]+)'/g)].map(([, name]) => name);
  expect(variables.length).toBeGreaterThan(3);
  expect(variables.filter((name) => !page.includes(`\`${name ?? ''}\``))).toEqual([]);
});

/** Names of metrics as the code writes them; those put together from parts are found by their second part. */
function metricParts(): Set<string> {
  const parts = new Set<string>();
  for (const folder of ['apps', 'libs']) {
    for (const name of readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })) {
      if (!/\/src\/.*\.ts$/.test(name) || /node_modules|\/dist\/|\.test\.ts$/.test(name)) continue;
      const text = read(`${folder}/${name}`);
      for (const [, part = ''] of text.matchAll(/'([a-z]+(?:_[a-z]+)*)'/g)) parts.add(part);
    }
  }
  return parts;
}

test('names only metrics that exist', () => {
  const parts = metricParts();
  const prefixes = ['', 'queqiao_connect_', 'queqiao_link_'];
  const exists = (metric: string): boolean =>
    prefixes.some((prefix) => {
      if (!metric.startsWith(prefix)) return false;
      const rest = metric.slice(prefix.length);
      return parts.has(rest) || parts.has(rest.replace(/_total$/, ''));
    });
  const pages = page + read('docs/limits.md');
  const named = [...pages.matchAll(/`(queqiao_[a-z_]+)[`{]/g)].map(([, name = '']) => name);
  expect(named.length).toBeGreaterThan(20);
  expect([...new Set(named)].filter((name) => !exists(name))).toEqual([]);
});
