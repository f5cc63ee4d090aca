import { memberOf, type DirectoryKeys } from './keys.js';
import { BUCKET_COUNT } from './bucket.js';
import type { RedisClient } from './redis-client.js';
import { evaluate, type RedisConnection } from './redis-connection.js';
import { ACQUIRE_LEASE } from './scripts/acquire-lease.js';
import { LIVE_NODES } from './scripts/live-nodes.js';
import { RENEW_LEASE } from './scripts/renew-lease.js';
import type { CanaryReport, LiveNode, NodeIdentity, NodeKind } from './types.js';

/**
 * Leases of nodes, and the canaries that stand for them in every bucket: a canary is a lease that lives beside the lines
 * of its bucket, so that it is lost with them and can be consulted in the same script.
 */
export class NodeLeases {
  readonly #redis: RedisConnection;
  readonly #keys: DirectoryKeys;

  constructor(redis: RedisConnection, keys: DirectoryKeys) {
    this.#redis = redis;
    this.#keys = keys;
  }

  async liveNodes(kind: NodeKind): Promise<LiveNode[]> {
    const reply = await this.#redis.run('live-nodes', (client) =>
      evaluate(client, LIVE_NODES, this.#nodeKeys(kind), []),
    );
    const flat = reply as string[];
    const nodes: LiveNode[] = [];
    for (let at = 0; at < flat.length; at += 2) {
      const [nodeId = '', bootId = ''] = (flat[at] ?? '').split(':');
      nodes.push({ nodeId, bootId, address: flat[at + 1] ?? '' });
    }
    return nodes;
  }

  async acquire(node: NodeIdentity, address: string, ttlMs: number): Promise<void> {
    await this.#redis.run('acquire-lease', (client) =>
      evaluate(client, ACQUIRE_LEASE, this.#nodeKeys(node.kind), [memberOf(node), ttlMs, address]),
    );
  }

  async renew(node: NodeIdentity, ttlMs: number): Promise<boolean> {
    const reply = await this.#redis.run('renew-lease', (client) =>
      evaluate(client, RENEW_LEASE, [this.#keys.leases(node.kind)], [memberOf(node), ttlMs]),
    );
    return reply === 1;
  }

  /** Other nodes see this one go at once instead of when its lease runs out. */
  async release(node: NodeIdentity): Promise<void> {
    const member = memberOf(node);
    await this.#redis.run('release-node', async (client) => {
      const removals = [
        client.zrem(this.#keys.leases(node.kind), member),
        client.hdel(this.#keys.addresses(node.kind), member),
      ];
      if (node.kind === 'connect') {
        for (let bucket = 0; bucket < BUCKET_COUNT; bucket += 1) {
          removals.push(client.zrem(this.#keys.canaries(bucket), member));
        }
      }
      await Promise.all(removals);
    });
  }

  plantCanaries(
    node: NodeIdentity,
    buckets: readonly number[],
    ttlMs: number,
  ): Promise<CanaryReport> {
    return this.#eachBucket('plant-canaries', buckets, (client, bucket) =>
      evaluate(client, ACQUIRE_LEASE, [this.#keys.canaries(bucket)], [memberOf(node), ttlMs]),
    );
  }

  renewCanaries(
    node: NodeIdentity,
    buckets: readonly number[],
    ttlMs: number,
  ): Promise<CanaryReport> {
    return this.#eachBucket('renew-canaries', buckets, (client, bucket) =>
      evaluate(client, RENEW_LEASE, [this.#keys.canaries(bucket)], [memberOf(node), ttlMs]),
    );
  }

  /** Never rejects: on a cluster some buckets can fail while others answer. */
  async #eachBucket(
    operation: string,
    buckets: readonly number[],
    ask: (client: RedisClient, bucket: number) => Promise<unknown>,
  ): Promise<CanaryReport> {
    const answers = await Promise.allSettled(
      buckets.map((bucket) => this.#redis.run(operation, (client) => ask(client, bucket))),
    );
    const report = { present: [] as number[], lost: [] as number[], unknown: [] as number[] };
    answers.forEach((answer, at) => {
      const bucket = buckets[at] ?? 0;
      if (answer.status === 'rejected') report.unknown.push(bucket);
      else (answer.value === 1 ? report.present : report.lost).push(bucket);
    });
    return report;
  }

  #nodeKeys(kind: NodeKind): [string, string] {
    return [this.#keys.leases(kind), this.#keys.addresses(kind)];
  }
}
