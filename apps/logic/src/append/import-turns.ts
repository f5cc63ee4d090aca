import { DomainError } from '@queqiao/domain';
import { counterIn, gaugeIn, isWithinShare, type Registry } from '@queqiao/runtime';
import { DEFAULT_APPEND_LIMITS } from './limits.js';

/** Batches that wait on this node for their turn, each of at most a megabyte. An app above its share of them: RATE_LIMITED. */
export const IMPORT_MAX_WAITING = 32;

/** Lets batches begin one after the other, so that apps take turns: a batch waits for one of each other app, however many those have. */
export class ImportTurns {
  /** In the order of their turns. */
  readonly #waiting = new Map<string, (() => void)[]>();
  readonly #gauge;
  readonly #refused;
  #count = 0;
  #busy = false;

  constructor(metrics: Registry) {
    this.#gauge = gaugeIn(metrics, {
      name: 'queqiao_import_waiting_batches',
      help: 'Batches of imports that wait for their turn',
    });
    this.#refused = counterIn(metrics, {
      name: 'queqiao_import_turned_away_total',
      help: 'Batches of imports that found too many waiting',
    });
  }

  /** Resolves at the app's turn, which lasts until `leave`. Rejects with RATE_LIMITED or UNAVAILABLE. */
  async enter(appId: string): Promise<void> {
    if (!this.#busy) {
      this.#busy = true;
      return;
    }
    const queue = this.#waiting.get(appId) ?? [];
    this.#admit(queue.length);
    this.#gauge.set(++this.#count);
    await new Promise<void>((begin) => {
      queue.push(begin);
      this.#waiting.set(appId, queue);
    });
  }

  leave(): void {
    const [first] = this.#waiting;
    if (first === undefined) {
      this.#busy = false;
      return;
    }
    const [appId, queue] = first;
    const begin = queue.shift();
    this.#waiting.delete(appId);
    // Behind all others: it has its turn.
    if (queue.length > 0) this.#waiting.set(appId, queue);
    this.#gauge.set(--this.#count);
    begin?.();
  }

  #admit(ofApp: number): void {
    const { retryAfterMs } = DEFAULT_APPEND_LIMITS;
    const full = this.#count >= IMPORT_MAX_WAITING;
    // Of what is left, one place is for anybody.
    const hasShare = ofApp === 0 || isWithinShare(ofApp + 1, this.#count + 1, IMPORT_MAX_WAITING);
    if (!full && hasShare) return;
    this.#refused.inc();
    const details = { field: 'IMPORT_MAX_WAITING', retryAfterMs };
    const message = 'too many imports wait for their turn';
    throw new DomainError(full ? 'UNAVAILABLE' : 'RATE_LIMITED', message, details);
  }
}
