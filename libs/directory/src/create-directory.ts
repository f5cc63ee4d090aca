import { directoryMetrics } from './directory-metrics.js';
import { FaceRooms } from './face-rooms.js';
import { DEFAULT_KEY_PREFIX, DirectoryKeys } from './keys.js';
import { NodeLeases } from './node-leases.js';
import { Presence } from './presence.js';
import { RedisRateBuckets } from './rate-buckets.js';
import { RedisConnection } from './redis-connection.js';
import { parseRedisUrl } from './redis-url.js';
import { Routes } from './routes.js';
import type { Directory, DirectoryOptions, PresenceDirectory } from './types.js';

const DEFAULT_COMMAND_TIMEOUT_MS = 500;
const DEFAULT_CONNECT_TIMEOUT_MS = 2_000;
const DEFAULT_MAX_PENDING = 10_000;
const DEFAULT_ROUTE_TTL_MS = 3 * 60 * 60 * 1_000;
const DEFAULT_MAX_ROUTES_PER_USER = 100;
const DEFAULT_MAX_EVICTED_PER_USER = 100;

/** Makes a directory on Redis; it does nothing before start(). Throws a TypeError for an unusable URL or key prefix. */
export function createDirectory(options: DirectoryOptions): Directory {
  const connection = connectionOf(options);
  const keys = new DirectoryKeys(options.keyPrefix ?? DEFAULT_KEY_PREFIX);
  const routes = new Routes(connection, keys, {
    routeTtlMs: options.routeTtlMs ?? DEFAULT_ROUTE_TTL_MS,
    maxRoutesPerUser: options.maxRoutesPerUser ?? DEFAULT_MAX_ROUTES_PER_USER,
    maxEvictedPerUser: options.maxEvictedPerUser ?? DEFAULT_MAX_EVICTED_PER_USER,
  });
  const leases = new NodeLeases(connection, keys);
  return {
    start: () => connection.start(),
    stop: () => connection.stop(),
    isConnected: () => connection.connected,
    onReconnected: (listener) => connection.onReconnected(listener),
    register: (appId, userId, route, policy) => routes.register({ appId, userId }, route, policy),
    touch: (appId, userId, route) => routes.touch({ appId, userId }, route),
    touchAll: (entries) => routes.touchAll(entries),
    unregister: (appId, userId, identity) => routes.unregister({ appId, userId }, identity),
    routesOf: (users) => routes.routesOf(users),
    ...presenceOf(new Presence(connection, keys)),
    liveNodes: (kind) => leases.liveNodes(kind),
    acquireLease: (node, address, ttlMs) => leases.acquire(node, address, ttlMs),
    renewLease: (node, ttlMs) => leases.renew(node, ttlMs),
    releaseNode: (node) => leases.release(node),
    plantCanaries: (node, buckets, ttlMs) => leases.plantCanaries(node, buckets, ttlMs),
    renewCanaries: (node, buckets, ttlMs) => leases.renewCanaries(node, buckets, ttlMs),
    faceRooms: new FaceRooms(connection, keys),
    rateBuckets: new RedisRateBuckets(connection, keys),
  };
}

function connectionOf(options: DirectoryOptions): RedisConnection {
  return new RedisConnection(
    {
      clock: options.clock,
      logger: options.logger,
      metrics: directoryMetrics(options.metrics),
    },
    {
      target: parseRedisUrl(options.url),
      commandTimeoutMs: options.commandTimeoutMs ?? DEFAULT_COMMAND_TIMEOUT_MS,
      connectTimeoutMs: options.connectTimeoutMs ?? DEFAULT_CONNECT_TIMEOUT_MS,
      maxPending: options.maxPendingCommands ?? DEFAULT_MAX_PENDING,
    },
  );
}

function presenceOf(presence: Presence): PresenceDirectory {
  return {
    platformsOf: (users) => presence.platformsOf(users),
    noteWatched: (viewer, userIds, lastsMs) => presence.noteWatched(viewer, userIds, lastsMs),
    addWatcher: (viewer, userIds, lastsMs) => presence.addWatcher(viewer, userIds, lastsMs),
    removeWatcher: (viewer, userIds) => presence.removeWatcher(viewer, userIds),
    takeChanges: (users) => presence.takeChanges(users),
  };
}
