import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Absolute path of the repository. */
export const root = fileURLToPath(new URL('../../../', import.meta.url)).replace(/[/\\]$/, '');

/** Absolute path of an installed command. */
export function binary(name: string): string {
  return join(root, 'node_modules/.bin', name);
}
