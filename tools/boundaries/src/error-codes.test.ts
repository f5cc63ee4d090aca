import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { codesInTable, codesMade } from './error-codes.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const table = codesInTable(read('libs/domain/src/error-table.ts'));

/** Where codes are only mapped from one form to another. */
const MAPPINGS = new Set([
  'libs/domain/src/error-table.ts',
  'libs/protocol/src/errors.ts',
  'libs/grpc-kit/src/status.ts',
  'libs/grpc-kit/src/error-details.ts',
]);

/** The sources of a package, without tests and what is generated. */
function sources(name: string): string[] {
  return readdirSync(join(root, name), { recursive: true, encoding: 'utf8' })
    .map((file) => `${name}/${file.replaceAll('\\', '/')}`)
    .filter((file) => file.endsWith('.ts') && !/\.test\.ts$|\/gen\//.test(file))
    .filter((file) => !MAPPINGS.has(file));
}

test('finds codes where errors are made, and not where they are compared', () => {
  const text = [
    "throw new DomainError('NOT_FOUND', 'x');",
    "return new DomainError(\n  'BLOCKED',\n  'x');",
    "const REFUSED = { blocked: 'MUTED' } as const;",
    "if (error.code === 'CONFLICT') return;",
    "if (code !== 'DISSOLVED') return;",
    "case 'SUPERSEDED':",
    "// 'TOKEN_EXPIRED' in a comment",
  ].join('\n');
  expect([...codesMade(text)].sort()).toEqual(['BLOCKED', 'MUTED', 'NOT_FOUND']);
});

test('every code of the table is answered by one of the services', () => {
  const made = new Set<string>();
  for (const name of ['apps/connect/src', 'apps/logic/src', 'libs/domain/src', 'libs/link/src'])
    for (const file of sources(name)) for (const code of codesMade(read(file))) made.add(code);
  expect(table.length).toBeGreaterThan(20);
  expect(table.filter((code) => !made.has(code))).toEqual([]);
});

test('every code that the services, the SDK and the demo make is in the table', () => {
  const packages = ['apps/connect/src', 'apps/logic/src', 'apps/web/server/src', 'libs/sdk/src'];
  for (const file of packages.flatMap(sources)) {
    const strange = [...read(file).matchAll(/\b(?:Domain|Queqiao)Error\(\s*'(\w+)'/g)]
      .map(([, code = '']) => code)
      .filter((code) => !table.includes(code));
    expect(strange, file).toEqual([]);
  }
});

test('the wire, the table and the page have the same codes in the same order', () => {
  const proto = read('proto/queqiao/common/v1/error.proto');
  const onWire = [...proto.matchAll(/^  ERROR_CODE_(\w+) = (\d+);/gm)].map(([, name]) => name);
  expect(onWire).toEqual(['UNSPECIFIED', ...table]);
  const page = read('docs/protocol.md');
  const listed = [...page.matchAll(/^\| `([A-Z_]+)`\s+\| \d+ [A-Z_]+\s+\|/gm)].map(
    ([, name]) => name,
  );
  expect(listed).toEqual(table);
});
