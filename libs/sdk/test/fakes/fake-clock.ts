import type { Clock, Timer } from '../../src/clock.js';

interface Entry {
  readonly dueMs: number;
  readonly fn: () => void;
}

/** Stands still until it is told to move. Timers due at the same moment fire in the order in which they were set. */
export class FakeClock implements Clock {
  #nowMs = 1_700_000_000_000;
  readonly #entries = new Set<Entry>();

  get pending(): number {
    return this.#entries.size;
  }

  now(): number {
    return this.#nowMs;
  }

  setTimer(ms: number, fn: () => void): Timer {
    const entry = { dueMs: this.#nowMs + Math.max(0, ms), fn };
    this.#entries.add(entry);
    return { cancel: () => void this.#entries.delete(entry) };
  }

  /** Moves time, letting promises settle before, between and after the timers. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    await settle();
    for (let next = this.#next(untilMs); next; next = this.#next(untilMs)) {
      this.#entries.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.fn();
      await settle();
    }
    this.#nowMs = untilMs;
  }

  #next(untilMs: number): Entry | undefined {
    let first: Entry | undefined;
    for (const entry of this.#entries) {
      if (entry.dueMs <= untilMs && (first === undefined || entry.dueMs < first.dueMs)) {
        first = entry;
      }
    }
    return first;
  }
}

/** Lets everything that needs no time happen. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
