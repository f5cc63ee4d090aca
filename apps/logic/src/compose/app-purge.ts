import type { Clock } from '@queqiao/runtime';
import type { Database } from '@queqiao/store-mysql';
import type { Prunable } from './pruning.js';

/** Rows of one table that one transaction removes. */
export const PURGE_STEP_ROWS = 500;
/** Steps of a node in one pass; what is over waits for the next one, ten minutes later. */
export const PURGE_MAX_STEPS = 2_000;
/** Between two steps, so that the database has time for calls. */
const PAUSE_MS = 20;

/**
 * Removes what deleted apps have left, step by step, of each app in turn. Where it stands follows from what is left, so any node goes on
 * with it.
 */
export class AppPurge implements Prunable {
  #last = '';

  constructor(
    private readonly deps: { readonly rows: Database['purge']; readonly clock: Clock },
    private readonly options = { stepRows: PURGE_STEP_ROWS, maxSteps: PURGE_MAX_STEPS },
  ) {}

  /** Resolves with the number of steps. */
  async prune(): Promise<number> {
    const { rows, clock } = this.deps;
    for (let done = 0; ; done += 1) {
      if (done === this.options.maxSteps) return done;
      const appId = await rows.step(this.options.stepRows, this.#last);
      if (appId === null) return done;
      this.#last = appId;
      await clock.sleep(PAUSE_MS);
    }
  }
}
