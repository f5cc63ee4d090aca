import { randomBytes } from 'node:crypto';
import { ensureServers } from './ensure.js';
import { startMysql } from './mysql-server.js';
import { startRedis } from './redis-server.js';
import { givenUrls, mysqlAccess, resolveStack } from './stack.js';
import type { MysqlAccess, Stack, StackOptions } from './stack.js';

export const TEST_MYSQL_VARIABLE = 'QUEQIAO_TEST_MYSQL_ROOT_URL';
export const TEST_REDIS_VARIABLE = 'QUEQIAO_TEST_REDIS_URL';

/** Shared by all test files of a run: never kill it, never empty it. */
export type TestMysql = Pick<MysqlAccess, 'rootUrl' | 'external' | 'createDatabase'>;

/** Shared by all test files of a run: never kill it, never FLUSHALL; use startRedis() for that. */
export interface TestRedis {
  readonly url: string;
  readonly external: boolean;
  /** A key prefix that nobody else uses, such as `t:4711:5f3a9c01:`. */
  prefix(): string;
}

/**
 * Starts one database and one Redis for a whole test run and passes their URLs through the
 * environment to this process and those that it starts later. stop() takes the variables back.
 */
export async function startThrowAwayStack(
  options: Omit<StackOptions, 'mode'> = {},
): Promise<Stack> {
  const stack = await resolveStack({ ...options, mode: 'throwAway' });
  process.env[TEST_MYSQL_VARIABLE] = stack.mysql.rootUrl;
  process.env[TEST_REDIS_VARIABLE] = stack.redis.url;
  const stop = stack.stop.bind(stack);
  stack.stop = async () => {
    delete process.env[TEST_MYSQL_VARIABLE];
    delete process.env[TEST_REDIS_VARIABLE];
    await stop();
  };
  return stack;
}

let ownMysql: Promise<TestMysql> | undefined;
let ownRedis: Promise<string> | undefined;

/**
 * The database for test files: the run's shared one, else the one that QUEQIAO_MYSQL_URL names,
 * else a throw-away one that the first call starts for this process. Every test file creates its
 * own database on it.
 */
export async function testMysql(): Promise<TestMysql> {
  const external = givenUrls().mysql !== undefined;
  const url = process.env[TEST_MYSQL_VARIABLE] ?? givenUrls().mysql;
  if (url !== undefined) return { ...mysqlAccess(url, undefined), external };
  ownMysql ??= startOwnMysql();
  return ownMysql;
}

/** The Redis for test files, found like the database. Test files keep apart by key prefixes. */
export async function testRedis(): Promise<TestRedis> {
  const external = givenUrls().redis !== undefined;
  const given = process.env[TEST_REDIS_VARIABLE] ?? givenUrls().redis;
  const url = given ?? (await (ownRedis ??= startOwnRedis()));
  return {
    url,
    external,
    prefix: () => `t:${process.pid}:${randomBytes(4).toString('hex')}:`,
  };
}

async function startOwnMysql(): Promise<TestMysql> {
  await ensureServers(undefined, ['mysql']);
  const server = await startMysql();
  server.unref();
  return mysqlAccess(server.rootUrl, server);
}

async function startOwnRedis(): Promise<string> {
  await ensureServers(undefined, ['redis']);
  const server = await startRedis();
  server.unref();
  return server.url;
}
