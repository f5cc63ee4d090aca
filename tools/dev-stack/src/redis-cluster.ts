import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServersMissingError, ServerStartError } from './errors.js';
import { findServers } from './find-servers.js';
import { freePort } from './free-port.js';
import { startRedis } from './redis-server.js';
import type { RedisServer } from './redis-server.js';

const execute = promisify(execFile);

/** Redis wants at least three masters. */
const FEWEST_NODES = 3;
const JOIN_TIMEOUT_MS = 30_000;

/** A throw-away Redis Cluster of masters without replicas. */
export interface RedisCluster {
  readonly nodes: readonly RedisServer[];
  /** One URL per node; any of them leads to the others. */
  readonly urls: readonly string[];
  /** Ends all nodes. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Starts a throw-away cluster and resolves when every node says that all slots are served; takes
 * a few seconds. Throws ServersMissingError or ServerStartError.
 */
export async function startRedisCluster(size = FEWEST_NODES): Promise<RedisCluster> {
  const { redisCli } = findServers();
  if (redisCli === undefined) {
    throw new ServersMissingError(['redis-cli'], 'it comes with the Redis package');
  }
  const nodes: RedisServer[] = [];
  const stop = async () => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  try {
    for (let index = 0; index < size; index += 1) nodes.push(await startNode());
    await join(redisCli, nodes);
  } catch (error) {
    await stop();
    throw error;
  }
  return { nodes, urls: nodes.map((node) => node.url), stop };
}

async function startNode(): Promise<RedisServer> {
  // The usual bus port, 10000 above, lies among the ports of outgoing connections.
  const busPort = String(await freePort());
  return startRedis({ extraArgs: ['--cluster-enabled', 'yes', '--cluster-port', busPort] });
}

async function join(redisCli: string, nodes: readonly RedisServer[]): Promise<void> {
  const addresses = nodes.map((node) => `127.0.0.1:${node.port}`);
  const create = ['--cluster', 'create', ...addresses, '--cluster-replicas', '0', '--cluster-yes'];
  await execute(redisCli, create, { timeout: JOIN_TIMEOUT_MS }).catch((error: unknown) => {
    const { message, stdout } = error as Error & { stdout?: string };
    throw new ServerStartError('Redis Cluster', message, stdout ?? '');
  });
  const deadline = Date.now() + JOIN_TIMEOUT_MS;
  for (const node of nodes) {
    while (!(await servesAllSlots(node, nodes.length))) {
      if (Date.now() > deadline) throw new ServerStartError('Redis Cluster', 'not joined', '');
      await sleep(50);
    }
  }
}

async function servesAllSlots(node: RedisServer, size: number): Promise<boolean> {
  const client = new Redis(node.url, { commandTimeout: 1_000 });
  client.on('error', () => undefined);
  try {
    const info = await client.cluster('INFO');
    return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${size}`);
  } catch {
    return false;
  } finally {
    client.disconnect();
  }
}
