/** The bounds that the code names: constants, and the fields of objects of defaults. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Limit {
  /** Below the repository. */
  readonly file: string;
  /** The constant, or the field of the object of defaults. */
  readonly name: string;
  readonly value: number;
}

/** The testkit is for tests, and the pages of the web client bound only themselves. */
const shipped =
  /^(?:apps\/(?:connect|logic|web\/server)|libs\/(?!testkit\/)[^/]+)\/src\/.*(?<!\.test)\.ts$/;
/** Products of plain numbers only: whatever is computed is somebody else's limit. */
const product = String.raw`[\d_]+(?:\s*\*\s*[\d_]+)*`;
const constant = new RegExp(
  String.raw`^(?:export )?const ([A-Z][A-Z0-9_]*)(?:: number)? =\s+(${product});$`,
  'gm',
);
const defaults = /^export const DEFAULT_[A-Z_]+(?:: [^={]+)? = \{\n?([\s\S]*?)\}[^;{}]*;$/gm;
const field = new RegExp(String.raw`([a-z]\w*): (${product})(?=[,\s}])`, 'g');

/** Constants of formats and protocols, which bound nothing that could fill up. */
const formats = new Set(['MAX_VARINT_BYTES', 'UINT32_MAX', 'LINK_PROTOCOL_MAX', 'MAX_CALL_ID']);

/** Which constants count: those that say that they are a bound. */
const bound = /(?:^|_)(?:MAX|LIMIT|LIMITS|TIMEOUT|CONCURRENCY|LEEWAY)(?:_|$)/;

export function limitsOf(file: string, text: string): Limit[] {
  const found: Limit[] = [];
  for (const [, name = '', value = ''] of text.matchAll(constant)) {
    if (bound.test(name) && !formats.has(name)) found.push({ file, name, value: multiply(value) });
  }
  for (const [, body = ''] of text.matchAll(defaults)) {
    for (const [, name = '', value = ''] of body.matchAll(field)) {
      found.push({ file, name, value: multiply(value) });
    }
  }
  return found;
}

export function limitsInCode(root: string): Limit[] {
  return ['apps', 'libs']
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map(
        (name) => `${folder}/${name.replaceAll('\\', '/')}`,
      ),
    )
    .filter((file) => shipped.test(file) && !/\/(?:node_modules|dist|gen)\//.test(file))
    .sort()
    .flatMap((file) => limitsOf(file, readFileSync(join(root, file), 'utf8')));
}

function multiply(text: string): number {
  return text
    .replaceAll('_', '')
    .split('*')
    .reduce((value, factor) => value * Number(factor), 1);
}
