import type { NodeLink, NodeRef, RouteReader } from './ports.js';

/**
 * Tells nodes that are gone from nodes that are only out of reach. The read of the leases always begins after the question
 * was asked: an older one could miss a node that has just started, or started over, and holds the session.
 */
export class LeaseCheck {
  readonly #routes: RouteReader;
  readonly #link: NodeLink;
  #next: Promise<ReadonlyMap<string, NodeRef> | undefined> | undefined;
  #current: Promise<unknown> = Promise.resolve();

  constructor(deps: { routes: RouteReader; link: NodeLink }) {
    this.#routes = deps.routes;
    this.#link = deps.link;
  }

  /** True: neither attached nor leased. False when that cannot be told. Never rejects. */
  async isGone(node: NodeRef): Promise<boolean> {
    const leased = await this.#read();
    if (!leased || leased.has(nodeKey(node))) return false;
    return !this.#link.isAttached(node);
  }

  /** Nodes with a lease that are none of these and not attached either; undefined when that cannot be told. Never rejects. */
  async unreached(reached: readonly NodeRef[]): Promise<readonly NodeRef[] | undefined> {
    const leased = await this.#read();
    if (!leased) return undefined;
    const known = new Set(reached.map(nodeKey));
    return [...leased.values()].filter((node) => !known.has(nodeKey(node)));
  }

  /** Questions asked while a read is under way share the one after it. */
  #read(): Promise<ReadonlyMap<string, NodeRef> | undefined> {
    if (!this.#next) {
      const next = this.#current.then(() => {
        this.#next = undefined;
        return this.#liveNodes();
      });
      this.#next = next;
      this.#current = next;
    }
    return this.#next;
  }

  async #liveNodes(): Promise<ReadonlyMap<string, NodeRef> | undefined> {
    try {
      const nodes = await this.#routes.liveNodes('connect');
      return new Map(nodes.map((node) => [nodeKey(node), node]));
    } catch {
      return undefined;
    }
  }
}

export function nodeKey(node: NodeRef): string {
  return `${node.nodeId} ${node.bootId}`;
}
