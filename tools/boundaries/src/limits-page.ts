/** docs/limits.md as data. */
import type { Limit } from './limits-in-code.js';

const definedIn = /^Defined in \[[^\]]*\]\(\.\.\/([^)#]+)\)/;
const row = /^\| `([A-Za-z_]\w*)`\s*\| ([^|]+?)\s*\|/;
const amount = /^([\d,]+)(?: (ms|s|min|h|KiB|MiB)\b)?/;

const factors: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
  KiB: 1_024,
  MiB: 1_024 * 1_024,
};

/** The rows of the page: each belongs to the file that the last line "Defined in [file](../file)" names. */
export function limitsOnPage(text: string): Limit[] {
  const found: Limit[] = [];
  let file = '';
  for (const line of text.split('\n')) {
    file = definedIn.exec(line)?.[1] ?? file;
    const [, name = '', value = ''] = row.exec(line) ?? [];
    if (name !== '') found.push({ file, name, value: valueOf(name, value) });
  }
  return found;
}

/** Milliseconds or bytes, as the code counts; names that end with _S count seconds. */
function valueOf(name: string, text: string): number {
  const [, digits = '', unit = ''] = amount.exec(text) ?? [];
  const value = digits === '' ? Number.NaN : Number(digits.replaceAll(',', ''));
  if (unit === '' || (unit === 's' && name.endsWith('_S'))) return value;
  return value * (factors[unit] ?? Number.NaN);
}
