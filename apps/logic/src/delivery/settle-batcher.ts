import type { Clock, Logger, Timer } from '@queqiao/runtime';
import type { DeliveryMetrics } from './delivery-metrics.js';
import type { DeliveryLimits } from './limits.js';
import type { DispatchRows } from './ports.js';

export interface SettleBatcherDeps {
  readonly rows: Pick<DispatchRows, 'settle'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: DeliveryMetrics;
}

type SettleLimits = Pick<DeliveryLimits, 'maxSettleBatch' | 'maxSettlePending' | 'settleDelayMs'>;

/** After a failure the next attempt takes this much longer. */
const FAILED_DELAY_FACTOR = 10;

/**
 * Deletes dispatch rows, many with one statement and one statement at a time. Waiting is harmless (a row falls due seconds
 * later), and a row that is never deleted is pushed once more.
 */
export class SettleBatcher {
  readonly #deps: SettleBatcherDeps;
  readonly #limits: SettleLimits;
  #pending: string[] = [];
  #timer: Timer | undefined;
  #running: Promise<void> | undefined;
  #ok = true;

  constructor(deps: SettleBatcherDeps, limits: SettleLimits) {
    this.#deps = deps;
    this.#limits = limits;
  }

  add(dispatchId: string): void {
    if (this.#pending.length >= this.#limits.maxSettlePending) {
      this.#deps.metrics.settleOverflows.inc();
      return;
    }
    this.#pending.push(dispatchId);
    if (this.#ok && this.#pending.length >= this.#limits.maxSettleBatch) this.#start();
    else this.#arm();
  }

  /** Deletes what waits now; resolves when that was tried. Never rejects. */
  async flush(): Promise<void> {
    await this.#running;
    do {
      this.#start();
      await this.#running;
    } while (this.#pending.length > 0 && this.#ok);
  }

  #arm(): void {
    if (this.#timer || this.#running) return;
    const delayMs = this.#limits.settleDelayMs * (this.#ok ? 1 : FAILED_DELAY_FACTOR);
    this.#timer = this.#deps.clock.setTimer(delayMs, () => this.#start());
  }

  #start(): void {
    if (this.#running || this.#pending.length === 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#running = this.#delete().then((ok) => {
      this.#running = undefined;
      this.#ok = ok;
      if (this.#pending.length === 0) return;
      if (ok && this.#pending.length >= this.#limits.maxSettleBatch) this.#start();
      else this.#arm();
    });
  }

  async #delete(): Promise<boolean> {
    const { rows, metrics, logger } = this.#deps;
    const batch = this.#pending.splice(0, this.#limits.maxSettleBatch);
    try {
      await rows.settle(batch);
      metrics.settled.inc(batch.length);
      return true;
    } catch (error) {
      metrics.settleFailures.inc();
      const reason = error instanceof Error ? error.name : typeof error;
      logger.warn({ reason, rows: batch.length }, 'settled dispatch rows could not be deleted');
      const room = this.#limits.maxSettlePending - this.#pending.length;
      this.#pending.unshift(...batch.slice(0, Math.max(0, room)));
      return false;
    }
  }
}
