import { CLOSE_CODES } from '@queqiao/domain';
import type { Revocation } from '@queqiao/protocol/link';
import type { Clock, Logger } from '@queqiao/runtime';
import type { Closer } from './closer.js';
import type { LogicCaller } from './logic-caller.js';
import type { Outboxes } from './outbox.js';
import { covers, type RecentRevocations } from './recent-revocations.js';
import { RevocationFeed } from './revocation-feed.js';
import type { SessionMetrics } from './session-metrics.js';
import type { SessionTable } from './session-table.js';
import type { WriteGate } from './write-gate.js';

export interface RevocationsDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly logic: Pick<LogicCaller, 'revocationsSince'>;
  readonly table: SessionTable;
  readonly outboxes: Outboxes;
  readonly closer: Closer;
  readonly gate: WriteGate;
  readonly recent: RecentRevocations;
  readonly metrics: SessionMetrics;
}

/** What sign-outs mean for the sessions of this node: they end, and nothing is written while it is unknown whose. */
export class Revocations {
  readonly #feed: RevocationFeed;

  constructor(private readonly deps: RevocationsDeps) {
    const { clock, logger, logic, gate, metrics, outboxes } = deps;
    this.#feed = new RevocationFeed({
      clock,
      logger,
      logic,
      gate,
      metrics,
      apply: (rows, nowMs) => this.#apply(rows, nowMs),
      onGap: () => this.#everybodyAgain(),
      onHeard: () => outboxes.flushAll(),
    });
  }

  start(): void {
    this.#feed.start();
  }

  stop(): void {
    this.#feed.stop();
  }

  askNow(): void {
    this.#feed.askNow();
  }

  /** A session that ends leaves a new list of its user's sessions behind, so the one that is walked stays. Seeing a row twice changes nothing: a session that signed in again since has a later token. */
  #apply(rows: readonly Revocation[], nowMs: number): void {
    const { table, recent, closer, metrics } = this.deps;
    for (const row of rows) {
      recent.add(row);
      for (const session of table.ofUser(row.appId, row.userId)) {
        if (!covers(row, session)) continue;
        metrics.revokedSessions.inc({ when: 'live' });
        closer.signOut(session);
      }
    }
    recent.prune(nowMs);
  }

  #everybodyAgain(): void {
    const { table, closer } = this.deps;
    const all = [...table.all()];
    for (const session of all) {
      closer.closeForRetry(
        session,
        CLOSE_CODES.FENCED,
        'sign-outs may have been missed',
        all.length,
      );
    }
  }
}
