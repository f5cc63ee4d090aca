import { bucketOf } from './bucket.js';
import type { NodeIdentity, NodeKind, UserKey } from './types.js';

export const DEFAULT_KEY_PREFIX = 'q:';

/** Names of all keys. The braces are hash tags: one slot per bucket, one for the nodes, and one for each code of each app. */
export class DirectoryKeys {
  readonly #prefix: string;

  constructor(prefix: string) {
    if (!/^[A-Za-z0-9:_.-]*$/.test(prefix)) throw new TypeError(`unusable key prefix: ${prefix}`);
    this.#prefix = prefix;
  }

  /** The lines of one user. */
  user(user: UserKey): string {
    return this.#of('u', user);
  }

  /** viewer → end of the subscription: who is told when the user comes or goes. */
  watchers(user: UserKey): string {
    return this.#of('w', user);
  }

  /** On which platforms all watchers of the user know the user to be. */
  told(user: UserKey): string {
    return this.#of('t', user);
  }

  /** user → end of the subscription: whom this user watches. */
  watched(viewer: UserKey): string {
    return this.#of('v', viewer);
  }

  /** node:boot → expiry of the canary in this bucket. */
  canaries(bucket: number): string {
    return `${this.#prefix}{${bucket}}:nodes`;
  }

  /** node:boot → expiry of the lease. */
  leases(kind: NodeKind): string {
    return `${this.#prefix}{nodes}:${kind}:leases`;
  }

  /** Face rooms of one code: where each is, when it ends, and who is in it with the group that came of it. */
  faceRooms(appId: string, code: string): [places: string, expiries: string, people: string] {
    const tag = `${this.#prefix}{f:${appId}:${code}}`;
    return [`${tag}:places`, `${tag}:expiries`, `${tag}:people`];
  }

  /** Tokens that are left of one rate limit. */
  rate(bucket: number, key: string): string {
    return `${this.#prefix}{${bucket}}:b:${key}`;
  }

  /** node:boot → host:port. */
  addresses(kind: NodeKind): string {
    return `${this.#prefix}{nodes}:${kind}:addresses`;
  }

  #of(what: string, { appId, userId }: UserKey): string {
    return `${this.#prefix}{${bucketOf(appId, userId)}}:${what}:${appId}:${userId}`;
  }
}

/** How a boot of a node is written in lines and leases. */
export function memberOf(node: Pick<NodeIdentity, 'nodeId' | 'bootId'>): string {
  return `${node.nodeId}:${node.bootId}`;
}
