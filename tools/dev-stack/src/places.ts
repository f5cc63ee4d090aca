import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Ports of the long-lived private servers, the same as in deploy/compose/dev.yaml. */
export const FIXED_MYSQL_PORT = 13306;
export const FIXED_REDIS_PORT = 16379;

/**
 * The ignored folder in the checkout that holds everything the private servers write.
 * QUEQIAO_DATA_DIR overrides it. Outside a checkout it is `.data` in the working directory.
 */
export function dataRoot(): string {
  const given = process.env['QUEQIAO_DATA_DIR'];
  if (given !== undefined && given !== '') return given;
  return join(checkoutRoot(import.meta.dirname) ?? process.cwd(), '.data');
}

function checkoutRoot(from: string): string | undefined {
  for (let dir = from; ; dir = dirname(dir)) {
    const manifest = join(dir, 'package.json');
    if (existsSync(manifest) && readFileSync(manifest, 'utf8').includes('"workspaces"')) return dir;
    if (dir === dirname(dir)) return undefined;
  }
}
