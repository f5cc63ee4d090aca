import type { Clock } from '@queqiao/runtime';
import type { SessionMetrics } from './session-metrics.js';

/**
 * `open`: everything may be written. `unheard`: nothing that anybody said or did may be written, because this node does not
 * know who was signed out lately. `stopped`: not a byte, because this process itself stood still meanwhile.
 */
export type GateState = 'open' | 'unheard' | 'stopped';

/** How old the knowledge of sign-outs may be. A second less than what is promised, for what is between two checks. */
export const REVOCATIONS_FRESH_MS = 4_000;

/** A moment by both clocks: the monotonic one stops with a suspended machine, the wall clock can be put back. */
export interface Moment {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

/**
 * Whether sockets may be written to: only on the strength of an answer about sign-outs that was asked for a moment ago. What
 * counts is when it was asked, so an answer that lay in a buffer while this process stood still opens nothing.
 */
export class WriteGate {
  #heard: Moment | null = null;
  #stoppedAtMs: number | null = null;

  constructor(
    private readonly deps: {
      readonly clock: Clock;
      readonly metrics: SessionMetrics;
      /** Calls `stoodStill` (or fences) before it returns when this process stood still since the last look. */
      readonly checkPause: () => void;
    },
  ) {}

  now(): Moment {
    const { clock } = this.deps;
    return { monotonicMs: clock.monotonic(), wallMs: clock.now() };
  }

  state(): GateState {
    this.deps.checkPause();
    if (this.#stoppedAtMs !== null) return 'stopped';
    const heard = this.#heard;
    if (heard === null) return 'unheard';
    const { monotonicMs, wallMs } = this.now();
    const ageMs = Math.max(monotonicMs - heard.monotonicMs, wallMs - heard.wallMs);
    return ageMs < REVOCATIONS_FRESH_MS ? 'open' : 'unheard';
  }

  /** This process stood still: only an answer to a question from now on counts. */
  stoodStill(): void {
    this.deps.metrics.holds.inc({ reason: 'stood-still' });
    this.#stoppedAtMs = this.deps.clock.monotonic();
    this.#heard = null;
  }

  /** A complete answer to a question of `asked` has been acted on. */
  heard(asked: Moment): void {
    if (this.#stoppedAtMs !== null && asked.monotonicMs < this.#stoppedAtMs) return;
    this.#stoppedAtMs = null;
    if (this.#heard === null || asked.monotonicMs > this.#heard.monotonicMs) this.#heard = asked;
  }
}
