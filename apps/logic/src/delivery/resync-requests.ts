import type { Clock, Logger, Timer } from '@queqiao/runtime';
import type { DeliveryMetrics } from './delivery-metrics.js';
import { nodeKey } from './lease-check.js';
import type { DeliveryLimits } from './limits.js';
import type { DispatchRows, NodeRef } from './ports.js';

export interface ResyncRequestsDeps {
  readonly rows: Pick<DispatchRows, 'insertResync'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: DeliveryMetrics;
}

interface Window {
  readonly node: NodeRef;
  readonly waiters: ((durable: boolean) => void)[];
  readonly timer: Timer;
}

/**
 * Turns lost pushes of a node into one durable row that makes the node's sessions sync. The row is always written after the
 * loss: a row that is already there may have been carried out before it. At most one row per node and window, so the map
 * holds no more lines than there are nodes.
 */
export class ResyncRequests {
  readonly #deps: ResyncRequestsDeps;
  readonly #options: Pick<DeliveryLimits, 'resyncWindowMs'> & { readonly owner: string };
  readonly #windows = new Map<string, Window>();
  readonly #writing = new Set<Promise<void>>();

  constructor(
    deps: ResyncRequestsDeps,
    options: Pick<DeliveryLimits, 'resyncWindowMs'> & { readonly owner: string },
  ) {
    this.#deps = deps;
    this.#options = options;
  }

  /** True: a row that covers everything lost until now is durable. False: it could not be written. Never rejects. */
  request(node: NodeRef): Promise<boolean> {
    return new Promise((resolve) => {
      const key = nodeKey(node);
      const open = this.#windows.get(key);
      if (open) {
        open.waiters.push(resolve);
        return;
      }
      const timer = this.#deps.clock.setTimer(this.#options.resyncWindowMs, () => this.#close(key));
      this.#windows.set(key, { node, waiters: [resolve], timer });
    });
  }

  /** Writes what waits now; resolves when that was tried. */
  async flush(): Promise<void> {
    for (const key of this.#windows.keys()) this.#close(key);
    await Promise.all(this.#writing);
  }

  #close(key: string): void {
    const window = this.#windows.get(key);
    if (!window) return;
    this.#windows.delete(key);
    window.timer.cancel();
    const writing = this.#write(window).finally(() => this.#writing.delete(writing));
    this.#writing.add(writing);
  }

  async #write({ node, waiters }: Window): Promise<void> {
    const { rows, metrics, logger } = this.#deps;
    const { nodeId, bootId } = node;
    let durable = true;
    try {
      await rows.insertResync({ owner: this.#options.owner, nodeId, bootId });
      metrics.resyncRows.inc();
    } catch (error) {
      durable = false;
      const reason = error instanceof Error ? error.name : typeof error;
      logger.warn({ connect_node: nodeId, reason }, 'a resync row could not be written');
    }
    for (const resolve of waiters) resolve(durable);
  }
}
