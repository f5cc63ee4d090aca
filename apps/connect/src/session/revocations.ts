import { CLOSE_CODES } from '@queqiao/domain';
import type { AppRevocation } from '@queqiao/protocol/link';
import type { Clock, Logger } from '@queqiao/runtime';
import type { Closer } from './closer.js';
import type { LogicCaller } from './logic-caller.js';
import type { Outboxes } from './outbox.js';
import { covers, coversApp, type RecentRevocations } from './recent-revocations.js';
import { RevocationFeed, type FeedAnswer } from './revocation-feed.js';
import type { Session } from './session.js';
import type { SessionMetrics } from './session-metrics.js';
import type { SessionTable } from './session-table.js';
import type { WriteGate } from './write-gate.js';

/** So old a sign-out is when it ends a session that still waits for the answer of one: with the next answers of the feed, in time. */
export const ANSWER_FIRST_MS = 1_000;

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
      apply: (answer) => this.#apply(answer),
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

  /**
   * A session that ends leaves a new list of its user's sessions behind, so the one that is walked stays. Seeing a row twice
   * changes nothing: a session that signed in again since has a later token, or one of another key, or saw the suspension.
   */
  #apply({ rows, apps, nowMs }: FeedAnswer): void {
    const { table, recent } = this.deps;
    for (const row of rows) {
      recent.add(row);
      for (const session of table.ofUser(row.appId, row.userId)) {
        // Of its own sign-out it has the answer first: the feed tells of it again.
        const waits = session.signOuts > 0 && nowMs - row.revokedMs < ANSWER_FIRST_MS;
        if (covers(row, session) && !waits) this.#end(session);
      }
    }
    for (const row of apps) this.#applyToApp(row);
    recent.prune(nowMs);
  }

  #applyToApp(row: AppRevocation): void {
    const { table, recent } = this.deps;
    recent.addApp(row);
    for (const userId of table.usersOf(row.appId)) {
      for (const session of table.ofUser(row.appId, userId)) {
        if (coversApp(row, session)) this.#end(session);
      }
    }
  }

  #end(session: Session): void {
    this.deps.metrics.revokedSessions.inc({ when: 'live' });
    this.deps.closer.signOut(session);
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
