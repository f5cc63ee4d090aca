/** Calls that a device makes all the same, after it was told to wait, before its socket is closed with 4003. */
export const MAX_IGNORED_HINTS = 512;
/** A device that has waited for so long begins anew. */
const IGNORED_WINDOW_MS = 10_000;

/**
 * Methods of one session that logic has refused for their rate, until its hint is over. Repeating them earlier can only be
 * refused again, which costs least here.
 */
export class HeldCalls {
  readonly #untilMs = new Map<string, number>();
  #ignored = 0;
  #lastIgnoredMs = 0;

  /** Only methods that exist are refused for their rate, so these stay few. */
  hold(method: string, retryAfterMs: number, nowMs: number): void {
    const untilMs = Math.max(this.#untilMs.get(method) ?? 0, nowMs + retryAfterMs);
    this.#untilMs.set(method, untilMs);
  }

  /** How long the method still has to wait; 0: no longer. */
  waitMs(method: string, nowMs: number): number {
    const untilMs = this.#untilMs.get(method);
    if (untilMs === undefined) return 0;
    if (untilMs > nowMs) return Math.ceil(untilMs - nowMs);
    this.#untilMs.delete(method);
    return 0;
  }

  /** Notes a call that should have waited. True: that were too many. */
  ignored(nowMs: number): boolean {
    if (nowMs - this.#lastIgnoredMs > IGNORED_WINDOW_MS) this.#ignored = 0;
    this.#lastIgnoredMs = nowMs;
    this.#ignored += 1;
    return this.#ignored > MAX_IGNORED_HINTS;
  }
}
