import { canInstall, installPackages } from './apt.js';
import type { Log } from './apt.js';
import { ChromiumMissingError, ServersMissingError } from './errors.js';
import { chosenChromium, findChromium, findServers } from './find-servers.js';
import type { FoundServers } from './find-servers.js';

export type ServerKind = 'mysql' | 'redis';

interface Package {
  readonly name: string;
  readonly services: readonly string[];
}

const PACKAGES: Record<ServerKind, Package> = {
  mysql: { name: 'mariadb-server', services: ['mariadb'] },
  redis: { name: 'redis-server', services: ['redis-server'] },
};

/**
 * Makes sure that the programs for the wanted servers are on this machine, installing what is
 * missing when that is possible (root and apt-get). A server that the machine runs for somebody
 * else is never started, stopped or reconfigured.
 * Throws ServersMissingError when something is missing and cannot be installed.
 */
export async function ensureServers(
  log: Log = () => undefined,
  wanted: readonly ServerKind[] = ['mysql', 'redis'],
): Promise<FoundServers> {
  const found = findServers();
  const missing = missingOf(found, wanted);
  if (missing.length === 0) return found;
  if (!canInstall()) throw missingError(missing, 'installing needs root and apt-get');
  try {
    const packages = missing.map((kind) => PACKAGES[kind]);
    await installPackages(
      packages.map((each) => each.name),
      packages.flatMap((each) => each.services),
      log,
    );
  } catch (cause) {
    throw missingError(missing, cause instanceof Error ? cause.message : String(cause));
  }
  const after = findServers();
  const still = missingOf(after, wanted);
  if (still.length > 0)
    throw missingError(still, 'apt-get succeeded, yet the program is not there');
  return after;
}

/** Path of a Chromium, installed when it is missing and that is possible. Throws ChromiumMissingError. */
export async function ensureChromium(log: Log = () => undefined): Promise<string> {
  const found = findChromium();
  if (found !== undefined) return found;
  const chosen = chosenChromium();
  if (chosen !== undefined) throw new ChromiumMissingError(`${chosen} is no program`);
  if (!canInstall()) throw new ChromiumMissingError('installing needs root and apt-get');
  try {
    await installPackages(['chromium'], [], log);
  } catch (cause) {
    throw new ChromiumMissingError(cause instanceof Error ? cause.message : String(cause));
  }
  const after = findChromium();
  if (after === undefined) throw new ChromiumMissingError('apt-get succeeded, yet it is not there');
  return after;
}

function missingOf(found: FoundServers, wanted: readonly ServerKind[]): ServerKind[] {
  return wanted.filter(
    (kind) => (kind === 'mysql' ? found.mysqld : found.redisServer) === undefined,
  );
}

function missingError(missing: readonly ServerKind[], reason: string): ServersMissingError {
  const names = missing.map((kind) => (kind === 'mysql' ? 'MariaDB or MySQL' : 'Redis'));
  return new ServersMissingError(names, reason);
}
