import { bucketOf } from './bucket.js';
import type { NodeIdentity, NodeKind, UserKey } from './types.js';

export const DEFAULT_KEY_PREFIX = 'q:';

/** Names of all keys. The braces are hash tags: one slot per bucket, and one for the nodes. */
export class DirectoryKeys {
  readonly #prefix: string;

  constructor(prefix: string) {
    if (!/^[A-Za-z0-9:_.-]*$/.test(prefix)) throw new TypeError(`unusable key prefix: ${prefix}`);
    this.#prefix = prefix;
  }

  /** The lines of one user. */
  user(user: UserKey): string {
    return `${this.#prefix}{${bucketOf(user.appId, user.userId)}}:u:${user.appId}:${user.userId}`;
  }

  /** node:boot → expiry of the canary in this bucket. */
  canaries(bucket: number): string {
    return `${this.#prefix}{${bucket}}:nodes`;
  }

  /** node:boot → expiry of the lease. */
  leases(kind: NodeKind): string {
    return `${this.#prefix}{nodes}:${kind}:leases`;
  }

  /** node:boot → host:port. */
  addresses(kind: NodeKind): string {
    return `${this.#prefix}{nodes}:${kind}:addresses`;
  }
}

/** How a boot of a node is written in lines and leases. */
export function memberOf(node: Pick<NodeIdentity, 'nodeId' | 'bootId'>): string {
  return `${node.nodeId}:${node.bootId}`;
}
