export type { Log } from './apt.js';
export { ensureChromium, ensureServers } from './ensure.js';
export type { ServerKind } from './ensure.js';
export {
  ChromiumMissingError,
  NotDestructibleError,
  PortTakenError,
  ServersMissingError,
  ServerStartError,
} from './errors.js';
export { findChromium, findServers } from './find-servers.js';
export type { FoundServers } from './find-servers.js';
export { freePort, isPortFree } from './free-port.js';
export { createDatabase, LOOPBACK_PASSWORDS, uniqueDatabaseName } from './mysql-accounts.js';
export type { AccountPasswords, CreatedDatabase } from './mysql-accounts.js';
export { MysqlServer, startMysql } from './mysql-server.js';
export type { MysqlOptions } from './mysql-server.js';
export { hasServers, wantsOwnServers, withoutOwnServers } from './own-servers.js';
export { dataRoot, FIXED_MYSQL_PORT, FIXED_REDIS_PORT } from './places.js';
export { cpuSeconds } from './process-cpu.js';
export { startRedisCluster } from './redis-cluster.js';
export type { RedisCluster } from './redis-cluster.js';
export { RedisServer, startRedis } from './redis-server.js';
export type { RedisOptions } from './redis-server.js';
export { stopAll, stopAllOnSignals } from './running-servers.js';
export type { OnExit, UnexpectedExit } from './server-process.js';
export { givenUrls, resolveStack, Stack } from './stack.js';
export type { MysqlAccess, RedisAccess, StackOptions } from './stack.js';
export {
  startThrowAwayStack,
  TEST_MYSQL_VARIABLE,
  TEST_REDIS_VARIABLE,
  testMysql,
  testRedis,
} from './throw-away-stack.js';
export type { TestMysql, TestRedis } from './throw-away-stack.js';
export { ServiceProcess } from './service-process.js';
export type { ServiceSpec } from './service-process.js';
