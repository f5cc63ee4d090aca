import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { namedTests, withoutTest } from './named-tests.js';
import { root } from './workspace.js';

const PAGE = readFileSync(join(root, 'docs/log-rules.md'), 'utf8');

it('every rule of the log names a test, and it exists', () => {
  const rules = namedTests(PAGE);
  expect(rules.length).toBeGreaterThan(130);
  expect(withoutTest(root, rules)).toEqual([]);
});

it('every metric of that page is one of the product', () => {
  const names = [...PAGE.matchAll(/`(queqiao_[a-z_]+)/g)].map(([, name = '']) => name);
  expect(names.length).toBeGreaterThan(5);
  const sources = ['libs/link/src/link-metrics.ts', 'apps/logic/src/delivery/delivery-metrics.ts']
    .concat([
      'apps/connect/src/session/session-metrics.ts',
      'libs/directory/src/directory-metrics.ts',
    ])
    .map((path) => readFileSync(join(root, path), 'utf8'))
    .join('\n');
  const short = (name: string): string =>
    name.replace(/^queqiao_(connect|link)_/, '').replace(/_total$/, '');
  expect(names.filter((name) => !sources.includes(name) && !sources.includes(short(name)))).toEqual(
    [],
  );
});
