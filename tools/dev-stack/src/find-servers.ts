import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Paths of the server programs on this machine; a field is undefined when the program is not there. */
export interface FoundServers {
  /** mariadbd or genuine mysqld. */
  readonly mysqld: string | undefined;
  /** Fills a data directory for MariaDB; genuine MySQL does that with mysqld itself. */
  readonly installDb: string | undefined;
  readonly redisServer: string | undefined;
  /** Needed for a Redis Cluster only. */
  readonly redisCli: string | undefined;
}

/** Server programs live in sbin, which an ordinary user's PATH leaves out. */
const EXTRA_DIRS = [
  '/usr/sbin',
  '/usr/bin',
  '/usr/local/sbin',
  '/usr/local/bin',
  '/opt/homebrew/bin',
];

/** First executable file of one of these names, on PATH first and then in the usual folders. */
export function findProgram(...names: string[]): string | undefined {
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((dir) => dir !== '');
  for (const name of names) {
    for (const dir of [...path, ...EXTRA_DIRS]) {
      const file = join(dir, name);
      if (isExecutable(file)) return file;
    }
  }
  return undefined;
}

/** Looks the server programs up. Starts nothing; QUEQIAO_MYSQLD names another mysqld to use. */
export function findServers(): FoundServers {
  const chosen = process.env['QUEQIAO_MYSQLD'];
  return {
    mysqld: chosen !== undefined && chosen !== '' ? chosen : findProgram('mariadbd', 'mysqld'),
    installDb: findProgram('mariadb-install-db', 'mysql_install_db'),
    redisServer: findProgram('redis-server', 'valkey-server'),
    redisCli: findProgram('redis-cli', 'valkey-cli'),
  };
}

/** Path of the Chromium for browser tests. QUEQIAO_CHROMIUM wins, and is not replaced when it names no program. */
export function findChromium(): string | undefined {
  const chosen = chosenChromium();
  if (chosen !== undefined) return isExecutable(chosen) ? chosen : undefined;
  return findProgram('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable');
}

/** What QUEQIAO_CHROMIUM says; an empty variable counts as unset. */
export function chosenChromium(): string | undefined {
  const chosen = process.env['QUEQIAO_CHROMIUM'];
  return chosen === '' ? undefined : chosen;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
