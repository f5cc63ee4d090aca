import type {
  AppRevocation,
  Revocation,
  RevocationsSinceRequest,
  RevocationsSinceResponse,
} from '@queqiao/protocol/link';
import type { Clock, Logger, Timer } from '@queqiao/runtime';
import type { LogicCaller } from './logic-caller.js';
import type { SessionMetrics } from './session-metrics.js';
import type { Moment, WriteGate } from './write-gate.js';

/** What was revoked since the last answer, and for a margin before. */
export interface FeedAnswer {
  readonly rows: readonly Revocation[];
  readonly apps: readonly AppRevocation[];
  /** By the database's clock. */
  readonly nowMs: number;
}

export interface RevocationFeedDeps {
  readonly logic: Pick<LogicCaller, 'revocationsSince'>;
  readonly gate: WriteGate;
  readonly clock: Clock;
  readonly metrics: SessionMetrics;
  readonly logger: Logger;
  /** Ends the sessions that these sign-outs cover. */
  readonly apply: (answer: FeedAnswer) => void;
  /** Sign-outs may have been missed for good: every session has to sign in again. */
  readonly onGap: () => void;
  /** Called after an answer was acted on: what was held back may go out now. */
  readonly onHeard: () => void;
}

const TICK_MS = 100;
/** From asking to asking again after an answer. */
export const FEED_EVERY_MS = 2_000;
/** Without an answer after this long another logic node is asked as well, so that no single frozen one holds the feed up. */
export const FEED_HEDGE_MS = 500;
export const FEED_MAX_IN_FLIGHT = 4;
/** Pages of one answer; a feed that is further behind gives its sessions up instead. */
const MAX_PAGES = 200;

/** Asks logic every two seconds who was signed out. The directory has no part in it. */
export class RevocationFeed {
  #timer: Timer | undefined;
  #nextAtMs = 0;
  #inFlight = 0;
  #sinceMs = 0;

  constructor(private readonly deps: RevocationFeedDeps) {}

  start(): void {
    this.#timer ??= this.deps.clock.every(TICK_MS, () => this.#tick());
    this.#tick();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** Asks at once: for a process that stood still and may not write before it has heard. */
  askNow(): void {
    if (this.#timer !== undefined) this.#ask();
  }

  #tick(): void {
    if (this.#inFlight >= FEED_MAX_IN_FLIGHT) return;
    if (this.deps.clock.monotonic() >= this.#nextAtMs) this.#ask();
  }

  #ask(): void {
    const asked = this.deps.gate.now();
    this.#nextAtMs = asked.monotonicMs + FEED_HEDGE_MS;
    this.#inFlight += 1;
    void this.#round(asked)
      .catch((error: unknown) => this.deps.logger.error({ err: error }, 'the feed failed'))
      .finally(() => {
        this.#inFlight -= 1;
      });
  }

  async #round(asked: Moment): Promise<void> {
    const { metrics, gate } = this.deps;
    const answer = await this.#read();
    metrics.revocationAnswers.inc({ outcome: answer === null ? 'none' : 'heard' });
    if (answer === null || this.#timer === undefined) return;
    if (answer.gap) {
      this.deps.logger.error('sign-outs may have been missed: every session must sign in again');
      this.deps.onGap();
    }
    this.deps.apply(answer);
    this.#sinceMs = Math.max(this.#sinceMs, answer.nowMs);
    this.#nextAtMs = Math.max(this.#nextAtMs, asked.monotonicMs + FEED_EVERY_MS);
    gate.heard(asked);
    this.deps.onHeard();
  }

  /** All pages of one answer; null when one of them did not come. */
  async #read(): Promise<(FeedAnswer & { readonly gap: boolean }) | null> {
    const rows: Revocation[] = [];
    const sinceMs = this.#sinceMs;
    let first: RevocationsSinceResponse | undefined;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const request: RevocationsSinceRequest = { sinceMs, after: rows.at(-1), withTokens: true };
      const answer = await this.deps.logic.revocationsSince(request);
      if ('error' in answer) return null;
      first ??= answer.value;
      rows.push(...answer.value.revocations);
      if (!answer.value.more) return { rows, ...headOf(first), gap: first.tooOld };
    }
    return { rows, ...headOf(first), gap: true };
  }
}

/** What stands on the first page only. */
function headOf(first: RevocationsSinceResponse | undefined) {
  return { apps: first?.appRevocations ?? [], nowMs: first?.nowMs ?? 0 };
}
