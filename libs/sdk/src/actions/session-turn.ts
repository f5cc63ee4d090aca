import type { Clock } from '../clock.js';
import { asQueqiaoError, QueqiaoError } from '../errors.js';
import type { Backoff } from '../backoff.js';

/** One session's time. Work that was begun in it gives up when it is over; the next session begins it anew. */
export class SessionTurn {
  #alive = true;
  readonly #sleepers = new Set<() => void>();

  get alive(): boolean {
    return this.#alive;
  }

  end(): void {
    this.#alive = false;
    for (const wake of this.#sleepers) wake();
  }

  /** Resolves after `ms`, or at once when the turn ends: nothing of it outlives it. */
  sleep(clock: Clock, ms: number): Promise<void> {
    if (!this.#alive) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        timer.cancel();
        this.#sleepers.delete(wake);
        resolve();
      };
      const timer = clock.setTimer(ms, wake);
      this.#sleepers.add(wake);
    });
  }

  check(): void {
    if (!this.#alive) throw turnOver();
  }
}

export function turnOver(): QueqiaoError {
  return new QueqiaoError('UNAVAILABLE', 'the session is over', { field: 'connection' });
}

/**
 * Repeats `attempt` while it fails with a retryable error and the turn lasts. Rejects with the first definitive error, or
 * UNAVAILABLE when the turn is over.
 */
export async function retrying<Result>(
  deps: { clock: Clock; turn: SessionTurn; backoff: Backoff },
  attempt: () => Promise<Result>,
): Promise<Result> {
  for (;;) {
    try {
      return await attempt();
    } catch (failure) {
      const error = asQueqiaoError(failure);
      deps.turn.check();
      if (!error.retryable) throw error;
      await deps.turn.sleep(deps.clock, Math.max(error.retryAfterMs, deps.backoff.next()));
      deps.turn.check();
    }
  }
}
