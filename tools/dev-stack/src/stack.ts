import { join } from 'node:path';
import type { Log } from './apt.js';
import { ensureServers } from './ensure.js';
import type { ServerKind } from './ensure.js';
import { NotDestructibleError } from './errors.js';
import { createDatabase, uniqueDatabaseName } from './mysql-accounts.js';
import type { AccountPasswords, CreatedDatabase } from './mysql-accounts.js';
import { startMysql } from './mysql-server.js';
import type { MysqlOptions, MysqlServer } from './mysql-server.js';
import { dataRoot, FIXED_MYSQL_PORT, FIXED_REDIS_PORT } from './places.js';
import { startRedis } from './redis-server.js';
import type { RedisServer } from './redis-server.js';
import type { OnExit } from './server-process.js';

export interface StackOptions {
  /**
   * fixedPorts: data kept under `.data`, ports 13306 and 16379, for a stack that people use.
   * throwAway: fresh data, free ports, nothing left behind.
   */
  readonly mode: 'fixedPorts' | 'throwAway';
  readonly log?: Log;
  /** Called when a server that was started here ends although nobody asked it to. */
  readonly onExit?: OnExit;
  /** Tuning of the database when it is started here. */
  readonly mysql?: Pick<MysqlOptions, 'bufferPoolMb' | 'redoLogMb' | 'binlog' | 'extraArgs'>;
  readonly passwords?: AccountPasswords;
}

export interface MysqlAccess {
  /** An account that may create databases and accounts. */
  readonly rootUrl: string;
  /** True when QUEQIAO_MYSQL_URL named the server. */
  readonly external: boolean;
  /** To kill, pause and restart; undefined for an external server. */
  readonly server: MysqlServer | undefined;
  /** Without a name it makes up a unique one. */
  createDatabase(name?: string): Promise<CreatedDatabase>;
}

export interface RedisAccess {
  readonly url: string;
  /** True when QUEQIAO_REDIS_URL named the server. */
  readonly external: boolean;
  /** To kill, pause and restart; undefined for an external server. */
  readonly server: RedisServer | undefined;
}

/** A database and a Redis, started here or given by URL. */
export class Stack {
  constructor(
    readonly mysql: MysqlAccess,
    readonly redis: RedisAccess,
  ) {}

  /** True when at least one of the two was given by URL. */
  get external(): boolean {
    return this.mysql.external || this.redis.external;
  }

  /** Every scenario that kills a server or deletes what it did not write calls this first. */
  assertDestructible(scenario: string): void {
    const external = [
      ...(this.mysql.external ? ['the database'] : []),
      ...(this.redis.external ? ['Redis'] : []),
    ];
    if (external.length > 0) throw new NotDestructibleError(scenario, external);
  }

  /** Stops what was started here; leaves external servers alone. Idempotent. */
  async stop(): Promise<void> {
    await Promise.all([this.mysql.server?.stop(), this.redis.server?.stop()]);
  }
}

/** The servers that the environment names; an empty variable counts as unset. */
export function givenUrls(): { mysql: string | undefined; redis: string | undefined } {
  return { mysql: variable('QUEQIAO_MYSQL_URL'), redis: variable('QUEQIAO_REDIS_URL') };
}

function variable(name: string): string | undefined {
  const value = process.env[name];
  return value === '' ? undefined : value;
}

/**
 * QUEQIAO_MYSQL_URL (an account that may create databases and accounts) and QUEQIAO_REDIS_URL win;
 * what they do not name is started here, after its program was installed if that was necessary.
 * Throws ServersMissingError, PortTakenError or ServerStartError, and then nothing is left running.
 */
export async function resolveStack(options: StackOptions): Promise<Stack> {
  const given = givenUrls();
  const wanted: ServerKind[] = [
    ...(given.mysql === undefined ? (['mysql'] as const) : []),
    ...(given.redis === undefined ? (['redis'] as const) : []),
  ];
  await ensureServers(options.log, wanted);
  const mysql = given.mysql === undefined ? await startOwnMysql(options) : undefined;
  try {
    const redis = given.redis === undefined ? await startOwnRedis(options) : undefined;
    return new Stack(mysqlAccess(given.mysql ?? mysql?.rootUrl ?? '', mysql, options.passwords), {
      url: given.redis ?? redis?.url ?? '',
      external: redis === undefined,
      server: redis,
    });
  } catch (error) {
    await mysql?.stop();
    throw error;
  }
}

/** Access to a server that was started here, or to an external one when there is no `server`. */
export function mysqlAccess(
  rootUrl: string,
  server: MysqlServer | undefined,
  passwords?: AccountPasswords,
): MysqlAccess {
  return {
    rootUrl,
    external: server === undefined,
    server,
    createDatabase: (name = uniqueDatabaseName()) => createDatabase(rootUrl, name, passwords),
  };
}

function startOwnMysql(options: StackOptions): Promise<MysqlServer> {
  const kept = { dir: join(dataRoot(), 'mysql'), port: FIXED_MYSQL_PORT };
  const place = options.mode === 'fixedPorts' ? kept : {};
  return startMysql({ ...options.mysql, ...place, onExit: options.onExit });
}

function startOwnRedis(options: StackOptions): Promise<RedisServer> {
  const kept = { dir: join(dataRoot(), 'redis'), port: FIXED_REDIS_PORT };
  const place = options.mode === 'fixedPorts' ? kept : {};
  return startRedis({ ...place, onExit: options.onExit });
}
