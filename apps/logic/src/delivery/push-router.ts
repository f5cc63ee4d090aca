import type { DeliveryMetrics } from './delivery-metrics.js';
import type { LeaseCheck } from './lease-check.js';
import type { NodeLink, NodeRef, RouteLine, RouteReader } from './ports.js';
import type { LargeTarget, Push } from './push.js';
import { distinctUsers, largeItem, sessionsItem, targetsOf, usersItem } from './push-plan.js';
import type { ResyncRequests } from './resync-requests.js';

export interface PushRouterDeps {
  readonly routes: RouteReader;
  readonly link: NodeLink;
  readonly leases: LeaseCheck;
  readonly resyncs: ResyncRequests;
  readonly metrics: DeliveryMetrics;
}

/** Pushes whose readers' sessions are known, ready to be sent. */
export interface RoutedPushes {
  /** Hands everything to the links, in the order of the pushes. */
  send(): void;
}

/**
 * From pushes to link items. No push is silently lost: each either gets an acknowledgement of every node that holds one of
 * the sessions, or a durable resync of that node, or its ticket fails and its dispatch row stays.
 *
 * Call `route` only after the pushes' commit. A session registers before its first sync reads the log: so a session that
 * these reads miss registers later and finds the entry when it syncs. A shared or cached read would break that.
 */
export class PushRouter {
  readonly #deps: PushRouterDeps;

  constructor(deps: PushRouterDeps) {
    this.#deps = deps;
  }

  /** One read for all pushes. Never rejects. */
  async route(pushes: readonly Push[]): Promise<RoutedPushes> {
    const { users, places } = distinctUsers(pushes);
    if (users.length === 0) return { send: () => this.#sendLarge(pushes) };
    let routes: readonly (readonly RouteLine[])[];
    try {
      routes = await this.#deps.routes.routesOf(users);
    } catch {
      this.#deps.metrics.routeFailures.inc();
      return { send: () => this.#sendToAll(pushes) };
    }
    return {
      send: () => {
        pushes.forEach((push, index) => {
          if (push.large !== undefined) return this.#sendToNodes(push, push.large);
          const lines = (places[index] ?? []).flatMap((place) => routes[place] ?? []);
          this.#sendToSessions(push, lines);
        });
      },
    };
  }

  #sendToSessions(push: Push, lines: readonly RouteLine[]): void {
    const { link, metrics } = this.#deps;
    for (const target of targetsOf(lines, push.origin).values()) {
      if (link.isAttached(target.node)) {
        metrics.deliveries.inc(target.sessions.length);
        this.#sendItem(push, target.node, sessionsItem(push, target));
      } else {
        this.#outOfReach(push, target.node);
      }
    }
  }

  #sendLarge(pushes: readonly Push[]): void {
    for (const push of pushes) if (push.large !== undefined) this.#sendToNodes(push, push.large);
  }

  /** One item for each node. Whether nodes are missing is known once the leases were read; then the row stays. */
  #sendToNodes(push: Push, large: LargeTarget): void {
    const { link, leases, metrics } = this.#deps;
    const attached = link.attached();
    for (const node of attached) this.#sendItem(push, node, largeItem(push, large, node));
    metrics.largeItems.inc(attached.length);
    if (push.transient) return;
    const release = push.ticket.hold();
    void leases.unreached(attached).then((unreached) => {
      const all = unreached?.length === 0;
      if (!all) metrics.failures.inc({ cause: 'out-of-reach' });
      release(all);
    });
  }

  /** Unknown is not offline: every node gets it for whatever sessions it has, and the row stays for a better time. */
  #sendToAll(pushes: readonly Push[]): void {
    const { link } = this.#deps;
    for (const push of pushes) {
      if (push.large !== undefined) {
        this.#sendToNodes(push, push.large);
        continue;
      }
      push.ticket.fail();
      for (const node of link.attached()) this.#sendItem(push, node, usersItem(push, node));
    }
  }

  #sendItem(push: Push, node: NodeRef, item: Uint8Array): void {
    const { link, metrics } = this.#deps;
    const release = push.ticket.hold();
    metrics.linkItems.inc();
    const queued = link.send(node, item, (outcome) => {
      if (outcome === 'acked') release(true);
      else this.#lost(push, node, release);
    });
    if (queued) return;
    if (link.isAttached(node)) {
      this.#lost(push, node, release);
    } else {
      release(true);
      this.#outOfReach(push, node);
    }
  }

  /** A durable resync of the node stands for the push. */
  #lost(push: Push, node: NodeRef, release: (done: boolean) => void): void {
    if (push.transient) {
      release(true);
      return;
    }
    this.#deps.metrics.failures.inc({ cause: 'lost' });
    void this.#deps.resyncs.request(node).then(release);
  }

  #outOfReach(push: Push, node: NodeRef): void {
    if (push.transient) return;
    const release = push.ticket.hold();
    void this.#deps.leases.isGone(node).then((gone) => {
      if (!gone) this.#deps.metrics.failures.inc({ cause: 'out-of-reach' });
      release(gone);
    });
  }
}
