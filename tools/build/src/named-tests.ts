import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A line of a table that ends with the test of what it says: a path between code marks, and a title in quotes. */
export interface NamedTest {
  readonly row: string;
  readonly cells: readonly string[];
  /** Empty, with the title, when the line names none. */
  readonly path: string;
  readonly title: string;
}

const NAMED = /\| `([^`]+\.ts)` "([^"]+)" *\|$/;
const RULER = /^\| :?-/;

/** All lines of the tables of a page, without their headings. */
export function namedTests(page: string): NamedTest[] {
  const lines = page.split('\n');
  return lines
    .filter((line, index) => {
      return line.startsWith('| ') && !RULER.test(line) && !RULER.test(lines[index + 1] ?? '');
    })
    .map((row) => {
      const [, path = '', title = ''] = NAMED.exec(row) ?? [];
      const cells = row.split('|').map((cell) => cell.trim());
      return { row, cells: cells.slice(1, -1), path, title };
    });
}

/** Lines that name no test, or one that does not exist. */
export function withoutTest(root: string, tests: readonly NamedTest[]): string[] {
  return tests
    .filter(({ path, title }) => {
      const file = join(root, path);
      return path === '' || !existsSync(file) || !isTitled(readFileSync(file, 'utf8'), title);
    })
    .map(({ row }) => row);
}

/** As the title of a test or of a group of them, not as any other text. */
function isTitled(source: string, title: string): boolean {
  const at = source.indexOf(`'${title}'`);
  return at > 0 && /\(\s*$/.test(source.slice(0, at));
}
