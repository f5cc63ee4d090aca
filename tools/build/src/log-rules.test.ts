import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from './workspace.js';

const PAGE = readFileSync(join(root, 'docs/log-rules.md'), 'utf8');
const ROW = /^\|.*\| `([^`]+\.test\.ts)` "([^"]+)" *\|$/;

const rows = PAGE.split('\n').filter(
  (line) => line.startsWith('| ') && !/^\| (rule|mechanism|-+) /.test(line),
);

/** As the title of a test or of a group of them, not as any other text. */
function isTitled(source: string, name: string): boolean {
  const at = source.indexOf(`'${name}'`);
  return at > 0 && /\(\s*$/.test(source.slice(0, at));
}

it('every rule of the log names a test, and it exists', () => {
  expect(rows.length).toBeGreaterThan(130);
  const missing = rows.filter((row) => {
    const [, path = '', name = ''] = ROW.exec(row) ?? [];
    const file = join(root, path);
    return path === '' || !existsSync(file) || !isTitled(readFileSync(file, 'utf8'), name);
  });
  expect(missing).toEqual([]);
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
