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

/** Metrics whose names are put together from a prefix and the first argument of a local function. */
const composed = [
  { file: 'apps/connect/src/session/session-metrics.ts', prefix: 'queqiao_connect_' },
  { file: 'libs/link/src/link-metrics.ts', prefix: 'queqiao_link_' },
];

function metricsInCode(): Set<string> {
  const metrics = new Set<string>();
  for (const folder of ['apps', 'libs']) {
    for (const name of readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })) {
      if (!/\/src\/.*\.ts$/.test(name) || /node_modules|\/dist\/|\.test\.ts$/.test(name)) continue;
      const text = read(`${folder}/${name}`);
      for (const [, metric = ''] of text.matchAll(/'(queqiao_[a-z_]+)'/g)) metrics.add(metric);
    }
  }
  for (const { file, prefix } of composed) {
    for (const [, make = '', name = ''] of read(file).matchAll(/(\w+)\('([a-z_]+)'/g)) {
      metrics.add(`${prefix}${name}${make === 'counter' ? '_total' : ''}`);
    }
  }
  return metrics;
}

test('the pages name only metrics that exist', () => {
  const metrics = metricsInCode();
  const pages = page + read('docs/limits.md');
  const named = [...pages.matchAll(/`(queqiao_[a-z_]+)[`{]/g)].map(([, name = '']) => name);
  expect(named.length).toBeGreaterThan(20);
  expect([...new Set(named)].filter((name) => !metrics.has(name))).toEqual([]);
});
