/** A stretch of time, in milliseconds since the epoch. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface SendTime {
  readonly begunMs: number;
  /** Undefined: not yet, or never. */
  acknowledgedMs: number | undefined;
}

/** When messages were begun and acknowledged, by this process's clock. */
export class SendTimes {
  readonly #times = new Set<SendTime>();

  begin(): SendTime {
    const time = { begunMs: Date.now(), acknowledgedMs: undefined };
    this.#times.add(time);
    return time;
  }

  /** It was not sent after all. */
  drop(time: SendTime): void {
    this.#times.delete(time);
  }

  /** Forgets what was acknowledged before now. */
  forget(): void {
    for (const time of this.#times) {
      if (time.acknowledgedMs !== undefined) this.#times.delete(time);
    }
  }

  /** How many were both begun and acknowledged in the span. */
  within({ fromMs, toMs }: Span): number {
    return [...this.#times].filter(
      ({ begunMs, acknowledgedMs = Infinity }) => begunMs >= fromMs && acknowledgedMs <= toMs,
    ).length;
  }

  /**
   * How long those that were under way in the span took from then on, the slowest of them. Undefined when one was not
   * acknowledged yet.
   */
  slowest({ fromMs, toMs }: Span): number | undefined {
    let slowest = 0;
    for (const { begunMs, acknowledgedMs } of this.#times) {
      if (begunMs > toMs || (acknowledgedMs ?? Infinity) < fromMs) continue;
      if (acknowledgedMs === undefined) return undefined;
      slowest = Math.max(slowest, acknowledgedMs - Math.max(begunMs, fromMs));
    }
    return slowest;
  }

  /** Milliseconds from `sinceMs` to the first acknowledgement of one that was begun after it; undefined: none yet. */
  first(sinceMs: number): number | undefined {
    const acknowledged = [...this.#times].flatMap(({ begunMs, acknowledgedMs }) =>
      begunMs >= sinceMs && acknowledgedMs !== undefined ? [acknowledgedMs] : [],
    );
    return acknowledged.length === 0 ? undefined : Math.min(...acknowledged) - sinceMs;
  }
}
