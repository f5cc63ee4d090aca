import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { limitsInCode, limitsOf, type Limit } from './limits-in-code.js';
import { limitsOnPage } from './limits-page.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const lines = (limits: readonly Limit[]) =>
  limits.map(({ file, name, value }) => `${file} ${name} = ${value}`).sort();

test('finds the limits in code', () => {
  const text = [
    'const MAX_KICKS = 10_000;',
    'export const GROUP_MAX_BYTES = 4 * 1024;',
    'const TICK_MS = 100;',
    'const MAX_VARINT_BYTES = 10;',
    'export const DEFAULT_A_LIMITS: Limits = {',
    '  lanes: 1,',
    '  waitMs: 60 * 60 * 1_000,',
    '  random: Math.random,',
    '  limits: { maxItems: 20 },',
    '} as const satisfies Partial<Limits>;',
    'export const DEFAULT_B: B = { baseMs: 500, maxMs: 30_000 };',
  ].join('\n');
  expect(limitsOf('a.ts', text).map(({ name, value }) => `${name} ${value}`)).toEqual([
    'MAX_KICKS 10000',
    'GROUP_MAX_BYTES 4096',
    'lanes 1',
    'waitMs 3600000',
    'maxItems 20',
    'baseMs 500',
    'maxMs 30000',
  ]);
});

test('reads values with their units', () => {
  const text = [
    'Defined in [`libs/a.ts`](../libs/a.ts).',
    '| `maxBytes` | 32 KiB | more |',
    '| `waitMs`   | 1 h    | more |',
    '| `LEEWAY_S` | 5 s    | more |',
    '| `maxItems` | 50,000 of them | more |',
  ].join('\n');
  expect(limitsOnPage(text).map(({ value }) => value)).toEqual([32_768, 3_600_000, 5, 50_000]);
});

test('docs/limits.md lists every limit of the code with its value, and no other', () => {
  const page = readFileSync(`${root}docs/limits.md`, 'utf8');
  const inCode = limitsInCode(root);
  expect(inCode.length).toBeGreaterThan(50);
  expect(lines(limitsOnPage(page))).toEqual(lines(inCode));
});
