import { sleep, type Clock } from '../clock.js';
import { asQueqiaoError, QueqiaoError } from '../errors.js';
import type { Backoff } from '../backoff.js';

/** One session's time. Work that was begun in it gives up when it is over; the next session begins it anew. */
export class SessionTurn {
  #alive = true;

  get alive(): boolean {
    return this.#alive;
  }

  end(): void {
    this.#alive = false;
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
      await sleep(deps.clock, Math.max(error.retryAfterMs, deps.backoff.next()));
      deps.turn.check();
    }
  }
}
