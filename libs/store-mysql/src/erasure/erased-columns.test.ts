import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { COLUMNS } from '../schema/columns.js';
import { ERASED_COLUMNS, type Erased } from './erased-columns.js';

const page = readFileSync(new URL('../../../../docs/erasure.md', import.meta.url), 'utf8');

const KINDS = ['goes', 'emptied', 'id', 'ages', 'others'] as const;
type Table = keyof typeof ERASED_COLUMNS;

/** One line of the page, without what is there for the eye. */
function lineOf(table: Table): string | null {
  const columns: 'none' | Readonly<Record<string, Erased>> = ERASED_COLUMNS[table];
  if (columns === 'none') return null;
  const cells = KINDS.map((kind) =>
    Object.entries(columns)
      .filter(([, erased]) => erased === kind)
      .map(([column]) => `\`${column}\``)
      .join(', '),
  );
  return ['', `\`${table}\``, ...cells, ''].join('|');
}

it('the page says of every column what becomes of it', () => {
  const lines = page.split('\n').map((line) => line.split('|').map((cell) => cell.trim()));
  const found = lines
    .filter((cells) => /^`\w+`$/.test(cells[1] ?? ''))
    .map((cells) => cells.join('|'));
  const tables = Object.keys(ERASED_COLUMNS) as Table[];
  expect(found.sort()).toEqual(
    tables
      .map(lineOf)
      .filter((line) => line !== null)
      .sort(),
  );
});

it('knows every table', () => {
  expect(Object.keys(ERASED_COLUMNS).sort()).toEqual(Object.keys(COLUMNS).sort());
});
