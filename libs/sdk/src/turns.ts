import type { Backoff } from './backoff.js';
import type { Clock, Timer } from './clock.js';
import { asQueqiaoError, QueqiaoError } from './errors.js';

export interface TurnsDeps {
  readonly clock: Clock;
  readonly newBackoff: () => Backoff;
  /** Asks what is stale; what fails stays so. */
  readonly settle: () => Promise<void>;
  /** What whoever asks after the end is told. */
  readonly closedMessage: string;
}

/**
 * The calls of something that is kept as it is on the server: one at a time, so that a later answer is newer; what could not be
 * asked is asked again.
 */
export class Turns {
  readonly #backoff: Backoff;
  #tail: Promise<unknown> = Promise.resolve();
  #asking = false;
  #closed = false;
  #retry: Timer | undefined;

  constructor(private readonly deps: TurnsDeps) {
    this.#backoff = deps.newBackoff();
  }

  /** A call is under way: what is heard meanwhile may not be in its answer. */
  get asking(): boolean {
    return this.#asking;
  }

  /** Rejects as the task does, and with UNAVAILABLE after the end. */
  take<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = this.#tail.then(async () => {
      if (this.#closed) throw new QueqiaoError('UNAVAILABLE', this.deps.closedMessage);
      this.#asking = true;
      try {
        return await task();
      } finally {
        this.#asking = false;
      }
    });
    this.#tail = result.catch(() => undefined);
    return result;
  }

  /** Settles in its turn if there is something to settle, and after a failure again. */
  settleSoon(needed: boolean): void {
    this.#retry?.cancel();
    if (!needed) return;
    const settled = this.take(async () => {
      await this.deps.settle();
      this.#backoff.reset();
    });
    settled.catch((failure: unknown) => this.#later(asQueqiaoError(failure)));
  }

  close(): void {
    this.#closed = true;
    this.#retry?.cancel();
  }

  /** Without a connection the next one resumes; what the server refuses for good is not asked again. */
  #later(error: QueqiaoError): void {
    if (this.#closed || !error.retryable || error.field === 'connection') return;
    const delayMs = Math.max(error.retryAfterMs, this.#backoff.next());
    this.#retry?.cancel();
    this.#retry = this.deps.clock.setTimer(delayMs, () => this.settleSoon(true));
  }
}
