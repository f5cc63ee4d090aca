import { DownItem } from '@queqiao/protocol/link';
import type { Clock, Logger, Timer } from '@queqiao/runtime';
import type { DeliveryMetrics } from './delivery-metrics.js';
import type { FanOut } from './fan-out.js';
import { nodeKey, type LeaseCheck } from './lease-check.js';
import type { DeliveryLimits } from './limits.js';
import type { ClaimedRow, DispatchRows, NodeLink, NodeRef } from './ports.js';
import type { Redelivery } from './redelivery.js';
import type { SettleBatcher } from './settle-batcher.js';

export interface DispatchRecoveryDeps {
  readonly rows: Pick<DispatchRows, 'claimDue' | 'backlog'>;
  readonly redelivery: Pick<Redelivery, 'redeliver'>;
  readonly fanOut: Pick<FanOut, 'saturated'>;
  readonly link: NodeLink;
  readonly leases: LeaseCheck;
  readonly settler: SettleBatcher;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: DeliveryMetrics;
}

export interface DispatchRecoveryOptions extends Pick<
  DeliveryLimits,
  'recoveryTickMs' | 'claimPage' | 'maxClaimsPerTick' | 'backlogEveryTicks'
> {
  /** This node, as claimed rows name it. */
  readonly owner: string;
}

/**
 * Pushes what its writer did not finish: the writer is dead, cut off or overloaded. Every logic node claims rows that are
 * past due, at a bounded rate; a row that fails again comes back later and later.
 */
export class DispatchRecovery {
  readonly #deps: DispatchRecoveryDeps;
  readonly #options: DispatchRecoveryOptions;
  #timer: Timer | undefined;
  #running: Promise<void> | undefined;
  #ticks = 0;

  constructor(deps: DispatchRecoveryDeps, options: DispatchRecoveryOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  start(): void {
    this.#timer ??= this.#deps.clock.every(this.#options.recoveryTickMs, () => {
      // A slow turn makes the next ones wait rather than pile up.
      this.#running ??= this.#tick().finally(() => (this.#running = undefined));
    });
  }

  /** Resolves when the turn under way has ended. */
  async stop(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    await this.#running;
  }

  async #tick(): Promise<void> {
    try {
      if (this.#ticks % this.#options.backlogEveryTicks === 0) await this.#measure();
      this.#ticks += 1;
      await this.#claim();
    } catch (error) {
      this.#deps.metrics.claimFailures.inc();
      const reason = error instanceof Error ? error.name : typeof error;
      this.#deps.logger.warn({ reason }, 'due dispatch rows could not be claimed');
    }
  }

  async #measure(): Promise<void> {
    const { rows, oldestDueMs } = await this.#deps.rows.backlog();
    this.#deps.metrics.backlogRows.set(rows);
    this.#deps.metrics.lagSeconds.set(oldestDueMs / 1000);
  }

  async #claim(): Promise<void> {
    // Who reaches no connect node, just started or cut off, would only take rows from those who do, and put them off.
    if (this.#deps.link.attached().length === 0) return;
    const { owner, claimPage, maxClaimsPerTick } = this.#options;
    for (let claimed = 0; claimed < maxClaimsPerTick;) {
      if (this.#deps.fanOut.saturated || !this.#timer) return;
      const limit = Math.min(claimPage, maxClaimsPerTick - claimed);
      const rows = await this.#deps.rows.claimDue({ owner, limit });
      claimed += rows.length;
      this.#deps.metrics.claimed.inc(rows.length);
      this.#resync(rows);
      for (const { dispatchId, payload } of rows) {
        if (payload.resync) continue;
        const { ranges, states } = payload;
        await this.#deps.redelivery.redeliver({ dispatchId, ranges, states });
      }
      if (rows.length < limit) return;
    }
  }

  /** One resync per node stands for all its rows of the page: each was written before this moment. */
  #resync(rows: readonly ClaimedRow[]): void {
    const byNode = new Map<string, { node: NodeRef; ids: string[] }>();
    for (const { dispatchId, payload } of rows) {
      if (!payload.resync) continue;
      const key = nodeKey(payload.resync);
      const known = byNode.get(key);
      if (known) known.ids.push(dispatchId);
      else byNode.set(key, { node: payload.resync, ids: [dispatchId] });
    }
    for (const { node, ids } of byNode.values()) this.#resyncNode(node, ids);
  }

  #resyncNode(node: NodeRef, ids: readonly string[]): void {
    const { link, leases, settler } = this.#deps;
    const settle = (): void => {
      for (const id of ids) settler.add(id);
    };
    if (link.isAttached(node)) {
      // Not taken or lost: the rows come back.
      link.send(node, RESYNC_ALL, (outcome) => {
        if (outcome === 'acked') settle();
      });
      return;
    }
    void leases.isGone(node).then((gone) => {
      if (gone) settle();
    });
  }
}

const RESYNC_ALL = DownItem.encode({
  item: { $case: 'resync', value: { sessions: [], reason: 'pushes were lost' } },
}).finish();
