import type { Clock } from '@queqiao/runtime';
import { BROADCAST_MAX_PAUSE_MS } from './limits.js';

/** Shares of the time of a wave that are left free after it: when nobody else sends, and when others send as much or more. */
const ALONE = 1;
const AMONG_OTHERS = 4;

/**
 * Keeps broadcasts from taking more than their share of the log of a node: half of the time when they are alone, a fifth among others.
 * What else the database has to do shows in how long a wave takes, so that broadcasts slow down with everything.
 */
export class BroadcastPace {
  #takenBefore: number;

  constructor(
    private readonly clock: Clock,
    private readonly log: { readonly taken: number },
  ) {
    this.#takenBefore = log.taken;
  }

  /** Does the work, and resolves when it is time for the next; `own`: entries that it hands to the log. */
  async wave<T>(own: number, work: () => Promise<T>): Promise<T> {
    const startedMs = this.clock.monotonic();
    const result = await work();
    const tookMs = this.clock.monotonic() - startedMs;
    const others = Math.max(0, this.log.taken - this.#takenBefore - own);
    this.#takenBefore = this.log.taken;
    const crowd = own === 0 ? 0 : Math.min(1, others / own);
    const share = ALONE + (AMONG_OTHERS - ALONE) * crowd;
    await this.clock.sleep(Math.min(BROADCAST_MAX_PAUSE_MS, tookMs * share));
    return result;
  }
}
