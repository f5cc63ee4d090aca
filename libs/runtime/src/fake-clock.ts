import { sleepOn, type Clock, type Timer } from './clock.js';

interface Entry {
  dueMs: number;
  readonly order: number;
  readonly periodMs: number;
  readonly fn: () => void;
}

/**
 * A clock that stands still until it is told to move. Timers due at the same moment fire in the order in which they were set;
 * timers set while time advances fire too when they are due within the same advance.
 */
export class FakeClock implements Clock {
  #wallMs: number;
  #monotonicMs = 0;
  #order = 0;
  readonly #entries = new Set<Entry>();

  constructor(startMs = 1_700_000_000_000) {
    this.#wallMs = startMs;
  }

  /** Timers that are armed now: 0 at the end of a test proves that nothing was left behind. */
  get pending(): number {
    return this.#entries.size;
  }

  now(): number {
    return this.#wallMs;
  }

  monotonic(): number {
    return this.#monotonicMs;
  }

  setTimer(ms: number, fn: () => void): Timer {
    return this.#arm(Math.max(0, ms), 0, fn);
  }

  every(ms: number, fn: () => void): Timer {
    const periodMs = Math.max(1, ms);
    return this.#arm(periodMs, periodMs, fn);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, ms, signal);
  }

  /** Moves time by `ms` and runs what falls due on the way, in order, each at its own moment. */
  advance(ms: number): void {
    const untilMs = this.#monotonicMs + ms;
    for (let next = this.#due(untilMs); next; next = this.#due(untilMs)) this.#fire(next);
    this.#moveTo(untilMs);
  }

  /** As `advance`, but lets promises and immediates settle before, between and after the timers. */
  async advanceAsync(ms: number): Promise<void> {
    const untilMs = this.#monotonicMs + ms;
    await settle();
    for (let next = this.#due(untilMs); next; next = this.#due(untilMs)) {
      this.#fire(next);
      await settle();
    }
    this.#moveTo(untilMs);
    await settle();
  }

  /** Moves time without running anything, as a stopped process sees it: what fell due fires late, with the next advance. */
  pause(ms: number): void {
    this.#moveTo(this.#monotonicMs + ms);
  }

  /** Moves the wall time alone, as an adjusted system clock does. */
  jumpWall(ms: number): void {
    this.#wallMs += ms;
  }

  #arm(delayMs: number, periodMs: number, fn: () => void): Timer {
    const entry: Entry = { dueMs: this.#monotonicMs + delayMs, order: this.#order++, periodMs, fn };
    this.#entries.add(entry);
    return { cancel: () => void this.#entries.delete(entry) };
  }

  #due(untilMs: number): Entry | undefined {
    let first: Entry | undefined;
    for (const entry of this.#entries) {
      if (entry.dueMs > untilMs) continue;
      if (
        !first ||
        entry.dueMs < first.dueMs ||
        (entry.dueMs === first.dueMs && entry.order < first.order)
      ) {
        first = entry;
      }
    }
    return first;
  }

  #fire(entry: Entry): void {
    this.#moveTo(Math.max(this.#monotonicMs, entry.dueMs));
    if (entry.periodMs > 0) entry.dueMs = this.#monotonicMs + entry.periodMs;
    else this.#entries.delete(entry);
    entry.fn();
  }

  #moveTo(monotonicMs: number): void {
    if (monotonicMs <= this.#monotonicMs) return;
    this.#wallMs += monotonicMs - this.#monotonicMs;
    this.#monotonicMs = monotonicMs;
  }
}

function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
