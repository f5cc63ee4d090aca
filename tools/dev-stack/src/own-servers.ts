import { relative } from 'node:path';
import { findServers } from './find-servers.js';

/** Words by which a test file starts, kills or empties servers of its own, or looks for their programs. */
const OWN_SERVERS =
  /\b(?:findServers|ensureServers|resolveStack|start(?:Mysql|Redis|RedisCluster|ThrowAwayStack)|ownFixture|useCluster|TestCluster|runFaults)\b/;

/** Whether this machine has the programs of both servers. */
export function hasServers(): boolean {
  const { mysqld, redisServer } = findServers();
  return mysqld !== undefined && redisServer !== undefined;
}

/** Whether URLs are not enough for a test file with this text. */
export function wantsOwnServers(text: string): boolean {
  return OWN_SERVERS.test(text);
}

/**
 * A plugin for vitest on a machine without the programs: puts one skipped test with the file's name in the place of each test
 * file that wants servers of its own, so that the others run on those given by URL.
 */
export function withoutOwnServers(root: string) {
  return {
    name: 'without-own-servers',
    enforce: 'pre' as const,
    transform(text: string, file: string): string | undefined {
      if (!/\.test\.tsx?$/.test(file) || !wantsOwnServers(text)) return undefined;
      const name = `${relative(root, file).replaceAll('\\', '/')} (wants servers of its own)`;
      return `import { it } from 'vitest';\nit.skip(${JSON.stringify(name)}, () => undefined);\n`;
    },
  };
}
