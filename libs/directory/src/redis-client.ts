import { Cluster, Redis } from 'ioredis';
import type { CommonRedisOptions } from 'ioredis';
import type { RedisTarget } from './redis-url.js';

/** A connection of either form; both offer the same commands. */
export type RedisClient = Redis | Cluster;

export interface RedisClientLimits {
  readonly commandTimeoutMs: number;
  readonly connectTimeoutMs: number;
}

const FIRST_RETRY_MS = 50;
const LONGEST_RETRY_MS = 1_000;
const MAX_REDIRECTIONS = 5;

/**
 * A client that connects when told to. No command waits for a connection, none is sent twice by itself, and none is kept
 * longer than the command timeout: a frozen Redis fails commands one by one, then loses its connection, and from then on
 * everything fails at once until it answers again. The caller must attach an error listener.
 */
export function createRedisClient(target: RedisTarget, limits: RedisClientLimits): RedisClient {
  const shared = sharedOptions(target, limits);
  if (!target.cluster) {
    const [endpoint] = target.endpoints;
    return new Redis({
      ...shared,
      ...endpoint,
      db: target.db,
      lazyConnect: true,
      enableOfflineQueue: false,
      retryStrategy: retryDelayMs,
    });
  }
  return new Cluster([...target.endpoints], {
    lazyConnect: true,
    enableOfflineQueue: false,
    enableAutoPipelining: false,
    scaleReads: 'master',
    maxRedirections: MAX_REDIRECTIONS,
    slotsRefreshTimeout: limits.commandTimeoutMs * 2,
    clusterRetryStrategy: retryDelayMs,
    redisOptions: shared,
  });
}

function sharedOptions(target: RedisTarget, limits: RedisClientLimits): CommonRedisOptions {
  return {
    ...(target.username === undefined ? {} : { username: target.username }),
    ...(target.password === undefined ? {} : { password: target.password }),
    ...(target.tls ? { tls: {} } : {}),
    protocol: 2,
    disableClientInfo: true,
    commandTimeout: limits.commandTimeoutMs,
    connectTimeout: limits.connectTimeoutMs,
    // Two timeouts without a byte: the connection is dead or its server frozen, and what waits on it must not pile up.
    socketTimeout: limits.commandTimeoutMs * 2,
    maxRetriesPerRequest: 0,
    // A command that its caller has given up must not be carried out later.
    autoResendUnfulfilledCommands: false,
    reconnectOnError: (error) => (error.message.startsWith('READONLY') ? 2 : false),
  };
}

function retryDelayMs(attempt: number): number {
  const boundMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempt - 1, 10));
  return Math.ceil(boundMs * (0.5 + Math.random() / 2));
}
