import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { RowDataPacket } from 'mysql2/promise';
import { PortTakenError } from './errors.js';
import { freePort } from './free-port.js';
import {
  createDatabase,
  uniqueDatabaseName,
  withAccount,
  withConnection,
} from './mysql-accounts.js';
import type { AccountPasswords, CreatedDatabase } from './mysql-accounts.js';
import { mysqlFlags } from './mysql-flags.js';
import { mysqlProgram, prepareDataDir, TEMPLATE_REDO_MB } from './mysql-program.js';
import type { MysqlProgram } from './mysql-program.js';
import { ServerProcess } from './server-process.js';
import type { OnExit, ServerSpec } from './server-process.js';
import { makeSocketDir, makeThrowAwayDir, removeDir } from './throw-away-dir.js';

export interface MysqlOptions {
  /** Kept, with its data, when the server stops. Without it the data is thrown away by stop(). */
  readonly dir?: string;
  /** Default: a free one. */
  readonly port?: number;
  /** Come last and so win over the built-in flags. */
  readonly extraArgs?: readonly string[];
  /** Default 256. */
  readonly bufferPoolMb?: number;
  /** Default 96 for kept data, 16 for throw-away data; give more for sustained writing. */
  readonly redoLogMb?: number;
  /** Row-format binary log, synced with every commit. Default true, as in production. */
  readonly binlog?: boolean;
  readonly passwords?: AccountPasswords;
  /** Called when the server ends although nobody asked it to. */
  readonly onExit?: OnExit;
}

/** A free port can be taken by another process before the server has it. */
const PORT_ATTEMPTS = 3;
const KEPT_REDO_MB = 96;
const DEFAULT_BUFFER_POOL_MB = 256;

/** A private MariaDB or MySQL on 127.0.0.1 with durable commits. */
export class MysqlServer extends ServerProcess {
  /** Root, without a password and without a database. */
  readonly rootUrl: string;
  /** Such as 10.11.19-MariaDB. */
  readonly version: string;
  readonly #passwords: AccountPasswords | undefined;

  constructor(spec: ServerSpec, version: string, passwords: AccountPasswords | undefined) {
    super(spec);
    this.rootUrl = rootUrlOf(spec.port);
    this.version = version;
    this.#passwords = passwords;
  }

  /** URL of this server for an account. */
  url(database: string, user: string, password = ''): string {
    return withAccount(this.rootUrl, user, password, database);
  }

  /** See createDatabase in mysql-accounts; without a name it makes up a unique one. */
  createDatabase(name: string = uniqueDatabaseName()): Promise<CreatedDatabase> {
    return createDatabase(this.rootUrl, name, this.#passwords);
  }
}

/**
 * Starts a private server and resolves when it answers.
 * Throws ServersMissingError, PortTakenError (given port only) or ServerStartError.
 */
export async function startMysql(options: MysqlOptions = {}): Promise<MysqlServer> {
  const program = await mysqlProgram();
  for (let attempt = 1; ; attempt += 1) {
    const server = await makeServer(program, options, options.port ?? (await freePort()));
    try {
      await server.start();
      return server;
    } catch (error) {
      await server.stop();
      const again = error instanceof PortTakenError && options.port === undefined;
      if (!again || attempt === PORT_ATTEMPTS) throw error;
    }
  }
}

async function makeServer(
  program: MysqlProgram,
  options: MysqlOptions,
  port: number,
): Promise<MysqlServer> {
  const kept = options.dir === undefined ? undefined : resolve(options.dir);
  const dir = kept ?? makeThrowAwayDir('mysql');
  mkdirSync(dir, { recursive: true });
  // MariaDB and MySQL cannot read each other's files.
  const dataDir = join(dir, program.flavour);
  const socketDir = makeSocketDir();
  try {
    await prepareDataDir(program, dataDir);
  } catch (error) {
    for (const each of kept === undefined ? [dir, socketDir] : [socketDir]) removeDir(each);
    throw error;
  }
  const socket = join(socketDir, 's');
  const tuning = {
    bufferPoolMb: options.bufferPoolMb ?? DEFAULT_BUFFER_POOL_MB,
    redoLogMb: options.redoLogMb ?? (kept === undefined ? TEMPLATE_REDO_MB : KEPT_REDO_MB),
    binlog: options.binlog ?? true,
  };
  const paths = { dataDir, socket, pidFile: join(dir, 'server.pid'), port };
  const spec: ServerSpec = {
    name: program.flavour === 'mariadb' ? 'MariaDB' : 'MySQL',
    port,
    command: program.mysqld,
    args: [...mysqlFlags(program, tuning, paths), ...(options.extraArgs ?? [])],
    logFile: join(dir, 'server.log'),
    throwAwayDirs: kept === undefined ? [dir] : [],
    scratchDirs: [socketDir],
    probe: () => answersOn(port, socket),
    onExit: options.onExit,
  };
  return new MysqlServer(spec, program.version, options.passwords);
}

/** The socket's path tells this server from any other that might have the port. */
async function answersOn(port: number, socket: string): Promise<boolean> {
  return withConnection(rootUrlOf(port), async (connection) => {
    const [rows] = await connection.query<RowDataPacket[]>('SELECT @@socket AS socket');
    return rows[0]?.['socket'] === socket;
  });
}

function rootUrlOf(port: number): string {
  return `mysql://root@127.0.0.1:${port}/`;
}
