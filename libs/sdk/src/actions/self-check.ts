import type { MemberState } from '@queqiao/protocol/client';
import type { Clock, Timer } from '../clock.js';
import type { Limits } from '../limits.js';
import type { Logger } from '../logger.js';
import type { Unheard } from '../replica/unheard.js';

/** What a self-check found in one conversation and nothing else ever told of. */
export interface Missed {
  readonly conversationId: string;
  /** Entries whose pushes were lost; they are pulled by now. */
  readonly entries: number;
  /** The same of what the user has there: read cursors, settings and the like. */
  readonly state: boolean;
}

export interface SelfCheckDeps {
  readonly clock: Clock;
  readonly limits: Limits;
  readonly logger: Logger;
  /** Spreads the checks of many devices, in milliseconds. */
  readonly jitterMs: () => number;
  readonly sync: () => void;
  readonly onMissed: (missed: Missed) => void;
}

interface Suspect extends Unheard {
  readonly heard: Set<number>;
  stateHeard: boolean;
}

/**
 * A cheap sync from time to time: the only way to notice a loss that left no hole. What it names for the first time may still be
 * on its way, so that it counts as lost only when nothing else has told of it a while later, in the same session.
 */
export class SelfCheck {
  checks = 0;
  missedEntries = 0;
  missedStates = 0;
  #next: Timer | undefined;
  #verdict: Timer | undefined;
  readonly #suspects = new Map<string, Suspect>();

  constructor(private readonly deps: SelfCheckDeps) {}

  begin(): void {
    const { selfCheckMs } = this.deps.limits;
    if (selfCheckMs <= 0) return;
    this.#next?.cancel();
    this.#next = this.deps.clock.setTimer(selfCheckMs + this.deps.jitterMs(), () => {
      this.checks += 1;
      this.deps.sync();
      this.begin();
    });
  }

  /** The session is over: the next one syncs anyway, and what was late is no longer to be heard. */
  lost(): void {
    this.#next?.cancel();
    this.forgive();
  }

  /** The server says by itself that something may have been lost. */
  forgive(): void {
    this.#verdict?.cancel();
    this.#verdict = undefined;
    this.#suspects.clear();
  }

  /** A check was told of something new. */
  found(unheard: Unheard): void {
    const { conversationId } = unheard;
    this.#suspects.set(conversationId, { ...unheard, heard: new Set(), stateHeard: false });
    const { clock, limits } = this.deps;
    this.#verdict ??= clock.setTimer(limits.selfCheckGraceMs, () => this.#judge());
  }

  heardEntry(conversationId: string, seq: number): void {
    const suspect = this.#suspects.get(conversationId);
    if (suspect === undefined || seq < suspect.fromSeq || seq > suspect.toSeq) return;
    suspect.heard.add(seq);
  }

  heardState({ conversationId, rev }: MemberState): void {
    const suspect = this.#suspects.get(conversationId);
    if (suspect !== undefined && rev >= suspect.rev) suspect.stateHeard = true;
  }

  #judge(): void {
    const suspects = [...this.#suspects.values()];
    this.forgive();
    for (const { conversationId, fromSeq, toSeq, heard, rev, stateHeard } of suspects) {
      const entries = Math.max(0, toSeq - fromSeq + 1 - heard.size);
      const state = rev > 0 && !stateHeard;
      if (entries === 0 && !state) continue;
      this.missedEntries += entries;
      if (state) this.missedStates += 1;
      this.deps.logger.warn('a self-check found what no push has told', {
        conversationId,
        entries,
        state,
      });
      this.deps.onMissed({ conversationId, entries, state });
    }
  }
}
