import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ServersMissingError, ServerStartError } from './errors.js';
import { findServers } from './find-servers.js';
import { dataRoot } from './places.js';

const execute = promisify(execFile);

/** The redo log of a fresh data directory: small, because every throw-away server copies it. */
export const TEMPLATE_REDO_MB = 16;

/** The database program of this machine. */
export interface MysqlProgram {
  readonly mysqld: string;
  readonly installDb: string | undefined;
  readonly flavour: 'mariadb' | 'mysql';
  /** Such as 10.11.19-MariaDB. */
  readonly version: string;
}

/** Root must name the account that the server runs as; an ordinary user must not. */
export function asUser(): string[] {
  return process.getuid?.() === 0 ? ['--user=root'] : [];
}

/** Asks the program for its version. Throws ServersMissingError when there is none. */
export async function mysqlProgram(): Promise<MysqlProgram> {
  const { mysqld, installDb } = findServers();
  if (mysqld === undefined) {
    throw new ServersMissingError(['MariaDB or MySQL'], 'neither mariadbd nor mysqld is installed');
  }
  const { stdout } = await execute(mysqld, ['--no-defaults', '--version']);
  const version = /Ver ([\w.]+(?:-MariaDB)?)/.exec(stdout)?.[1];
  if (version === undefined) throw new Error(`${mysqld} --version says: ${stdout}`);
  const flavour = stdout.includes('MariaDB') ? 'mariadb' : 'mysql';
  return { mysqld, installDb, flavour, version };
}

/**
 * Fills a data directory unless it holds data already. Root has no password and may connect over
 * 127.0.0.1. The first call for a server version makes a template, later ones copy it. A copy
 * that was interrupted leaves nothing under the final name.
 */
export async function prepareDataDir(program: MysqlProgram, dataDir: string): Promise<void> {
  if (existsSync(join(dataDir, 'mysql'))) return;
  const template = await ensureTemplate(program);
  const copy = `${dataDir}.new-${process.pid}`;
  await mkdir(dirname(dataDir), { recursive: true });
  await cp(template, copy, { recursive: true });
  await rename(copy, dataDir);
}

async function ensureTemplate(program: MysqlProgram): Promise<string> {
  const owner = process.getuid?.() ?? 0;
  const template = join(dataRoot(), 'templates', `${program.version}-${owner}`);
  if (existsSync(template)) return template;
  const building = `${template}.new-${process.pid}-${Date.now()}`;
  await mkdir(building, { recursive: true });
  try {
    await initialize(program, building);
    // The server's identity must not be copied.
    await rm(join(building, 'auto.cnf'), { force: true });
    await rename(building, template).catch((error: unknown) => {
      // Another process was faster; its template is as good.
      if (!existsSync(template)) throw error;
    });
  } finally {
    await rm(building, { recursive: true, force: true });
  }
  return template;
}

async function initialize(program: MysqlProgram, dataDir: string): Promise<void> {
  try {
    if (program.flavour === 'mariadb') await initializeMariadb(program, dataDir);
    else await initializeMysql(program, dataDir);
  } catch (error) {
    const { message, stderr } = error as Error & { stderr?: string };
    throw new ServerStartError(`making data for ${program.version}`, message, stderr ?? '');
  }
}

async function initializeMariadb(program: MysqlProgram, dataDir: string): Promise<void> {
  if (program.installDb === undefined) {
    throw new ServersMissingError(['mariadb-install-db'], 'it comes with the server package');
  }
  await execute(program.installDb, [
    '--no-defaults',
    ...asUser(),
    `--datadir=${dataDir}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    '--skip-name-resolve',
    `--innodb-log-file-size=${TEMPLATE_REDO_MB}M`,
  ]);
}

/** MySQL knows root@localhost only, which a TCP connection never matches without name lookup. */
async function initializeMysql(program: MysqlProgram, dataDir: string): Promise<void> {
  const script = `${dataDir}.sql`;
  await writeFile(
    script,
    "CREATE USER 'root'@'127.0.0.1';\nGRANT ALL ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION;\n",
  );
  try {
    await execute(program.mysqld, [
      '--no-defaults',
      ...asUser(),
      '--initialize-insecure',
      `--datadir=${dataDir}`,
      `--init-file=${script}`,
      '--secure-file-priv=NULL',
      `--innodb-redo-log-capacity=${TEMPLATE_REDO_MB}M`,
    ]);
  } finally {
    await rm(script, { force: true });
  }
}
