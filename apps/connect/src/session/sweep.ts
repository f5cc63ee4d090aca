import { CLOSE_CODES } from '@queqiao/domain';
import type { Clock, Timer } from '@queqiao/runtime';
import type { Closer } from './closer.js';
import type { Outboxes } from './outbox.js';
import { serverMsOf, type Session } from './session.js';
import type { SessionLimits } from './session-limits.js';
import type { SessionMetrics } from './session-metrics.js';
import type { SessionTable } from './session-table.js';

export interface SweepDeps {
  readonly clock: Clock;
  readonly table: SessionTable;
  readonly outboxes: Outboxes;
  readonly closer: Closer;
  readonly metrics: SessionMetrics;
}

/**
 * One timer for all sessions: looks at each of them once per sweep and acts on what is due, so every time limit of a
 * session is exact to one sweep. A look costs a few comparisons, which is less than keeping a timer per socket.
 */
export class Sweep {
  #timer: Timer | null = null;

  constructor(
    private readonly deps: SweepDeps,
    private readonly limits: SessionLimits,
  ) {}

  start(): void {
    this.#timer ??= this.deps.clock.every(this.limits.sweepMs, () => this.run());
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  run(): void {
    const { clock, table } = this.deps;
    const monotonicMs = clock.monotonic();
    for (const session of table.all()) {
      const silentMs = monotonicMs - session.lastHeardMs;
      if (session.state === 'accepted') this.#awaitingSignIn(session, silentMs);
      else if (session.state === 'connected')
        this.#connected(session, silentMs, serverMsOf(session, monotonicMs));
    }
  }

  #awaitingSignIn(session: Session, silentMs: number): void {
    if (silentMs < this.limits.signInMs) return;
    this.deps.closer.close(session, { code: CLOSE_CODES.SIGN_IN_LATE, reason: 'no sign-in' });
  }

  #connected(session: Session, silentMs: number, serverMs: number): void {
    const { closer, metrics, outboxes } = this.deps;
    if (silentMs >= this.limits.silenceMs) {
      metrics.silent.inc();
      closer.close(session, { code: CLOSE_CODES.SILENT, reason: 'silent' });
    } else if (serverMs >= session.tokenExpiresMs) {
      closer.close(session, { code: CLOSE_CODES.TOKEN_EXPIRED, reason: 'token expired' });
    } else if (serverMs >= session.warnAtMs) {
      session.warnAtMs = Number.POSITIVE_INFINITY;
      const event = {
        $case: 'tokenExpiring',
        value: { expiresMs: session.tokenExpiresMs },
      } as const;
      const item = { item: { $case: 'push', value: { event } } } as const;
      outboxes.push(session, session.socket.codec.encode(item));
    }
  }
}
