import type { Entry, SeqRange } from '@queqiao/protocol/client';

/** One conversation's log as one device knows it: entries surface by seq without a gap, duplicates are dropped. */
export class ReplicaLog {
  readonly entries: Entry[] = [];
  /** Everything up to here has surfaced or is not visible. */
  high = 0;
  /** Highest seq that was heard of. */
  known = 0;
  readonly #early = new Map<number, Entry>();

  constructor(private readonly surfaced: (entry: Entry) => void) {}

  /** Entries above a gap wait for it to be filled. */
  add(entry: Entry): void {
    this.known = Math.max(this.known, entry.seq);
    if (entry.seq <= this.high) return;
    this.#early.set(entry.seq, entry);
    this.#advance();
  }

  /** These seqs will never be shown to this user. */
  pass(range: SeqRange): void {
    if (range.fromSeq <= this.high + 1) this.high = Math.max(this.high, range.toSeq);
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
      this.#early.delete(next.seq);
      this.high = next.seq;
      this.entries.push(next);
      this.surfaced(next);
    }
  }
}
