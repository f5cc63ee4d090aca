import type { Entry, SeqRange } from '@queqiao/protocol/client';
import type { Source } from '../history/surfaced-log.js';

export interface ReplicaEvents {
  surfaced(entry: Entry, source: Source): void;
  /** The server said that these are not visible. */
  passed(range: SeqRange): void;
}

interface Early {
  readonly entry: Entry;
  readonly source: Source;
}

/** One conversation's log as one device knows it: entries surface by seq without a gap, duplicates are dropped. */
export class ReplicaLog {
  /** Everything up to here has surfaced or is not visible. */
  high = 0;
  /** Highest seq that was heard of. */
  known = 0;
  readonly #early = new Map<number, Early>();

  constructor(private readonly events: ReplicaEvents) {}

  /** Entries above a gap wait for it to be filled. */
  add(entry: Entry, source: Source): void {
    this.known = Math.max(this.known, entry.seq);
    if (entry.seq <= this.high) return;
    this.#early.set(entry.seq, { entry, source });
    this.#advance();
  }

  /** These seqs will never be shown to this user. */
  pass(range: SeqRange): void {
    if (range.fromSeq <= this.high + 1 && range.toSeq > this.high) {
      this.events.passed(range);
      this.high = range.toSeq;
    }
    this.#advance();
  }

  get hasGap(): boolean {
    return this.known > this.high;
  }

  #advance(): void {
    for (const seq of this.#early.keys()) if (seq <= this.high) this.#early.delete(seq);
    for (;;) {
      const next = this.#early.get(this.high + 1);
      if (next === undefined) return;
      this.#early.delete(next.entry.seq);
      this.high = next.entry.seq;
      this.events.surfaced(next.entry, next.source);
    }
  }
}
