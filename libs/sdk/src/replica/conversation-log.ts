import type { Entry, SeqRange } from '@queqiao/protocol/client';

/** How an entry reached this device. */
export type EntrySource = 'push' | 'pull' | 'reply';

interface Held {
  readonly entry: Entry;
  readonly source: EntrySource;
}

/**
 * The contiguous rule for one conversation. Everything with base < seq <= high has been surfaced, in order and once; what
 * lies above waits here until the hole below it is closed. Before the first anchor nothing is surfaced.
 */
export class ConversationLog {
  #base = 0;
  #high = 0;
  #anchored = false;
  #target = 0;
  #skippedTo = 0;
  readonly #held = new Map<number, Held>();
  #skips: SeqRange[] = [];

  constructor(private readonly maxHeld: number) {}

  get anchored(): boolean {
    return this.#anchored;
  }
  get base(): number {
    return this.#base;
  }
  get high(): number {
    return this.#high;
  }
  /** Newest seq that is known to exist. */
  get target(): number {
    return this.#target;
  }
  /** Newest seq that was passed because it may not be seen. */
  get skippedTo(): number {
    return this.#skippedTo;
  }
  get heldCount(): number {
    return this.#held.size;
  }
  /** The lowest seq that waits here, if any. */
  get lowestHeld(): number | undefined {
    return this.#held.size === 0 ? undefined : Math.min(...this.#held.keys());
  }

  /** Says where the surfaced part begins. Only the first call counts. */
  anchor(base: number, high = base, skippedTo = 0): void {
    if (this.#anchored) return;
    this.#skippedTo = skippedTo;
    this.#anchored = true;
    this.#base = base;
    this.#high = high;
    this.#target = Math.max(this.#target, high);
    for (const seq of this.#held.keys()) if (seq <= high) this.#held.delete(seq);
  }

  /** The server has entries up to `seq`. */
  expect(seq: number): void {
    this.#target = Math.max(this.#target, seq);
  }

  /** Takes an entry in any order; a known one is dropped. */
  offer(entry: Entry, source: EntrySource): void {
    const { seq } = entry;
    if (seq < 1 || (this.#anchored && seq <= this.#high) || this.#held.has(seq)) return;
    this.expect(seq);
    this.#held.set(seq, { entry, source });
    if (this.#held.size > this.maxHeld) this.#held.delete(Math.max(...this.#held.keys()));
  }

  /** These seqs exist but may not be seen; they count as surfaced. */
  skip(range: SeqRange): void {
    if (range.toSeq <= this.#high || range.toSeq < range.fromSeq) return;
    this.#skips.push(range);
  }

  /** What can be surfaced now, in order. */
  take(): Held[] {
    const ready: Held[] = [];
    if (!this.#anchored) return ready;
    for (;;) {
      const next = this.#high + 1;
      const held = this.#held.get(next);
      if (held !== undefined) {
        ready.push(held);
        this.#held.delete(next);
        this.#high = next;
        continue;
      }
      const skip = this.#skips.find(({ fromSeq, toSeq }) => fromSeq <= next && next <= toSeq);
      if (skip === undefined) break;
      this.#passTo(skip.toSeq);
    }
    this.#target = Math.max(this.#target, this.#high);
    return ready;
  }

  /** The next range to pull; undefined when everything that is known to exist has been surfaced. */
  get hole(): SeqRange | undefined {
    if (!this.#anchored || this.#high >= this.#target) return undefined;
    const held = this.lowestHeld;
    return { fromSeq: this.#high + 1, toSeq: held === undefined ? this.#target : held - 1 };
  }

  /** The server denies what was announced: nothing above `high` is waited for any longer. */
  giveUp(): void {
    this.#held.clear();
    this.#skips = [];
    this.#target = this.#high;
  }

  /** Older entries are known now, or the oldest are forgotten: the surfaced part begins elsewhere. */
  moveBase(base: number): void {
    this.#base = Math.min(base, this.#high);
  }

  #passTo(seq: number): void {
    for (const held of this.#held.keys()) if (held <= seq) this.#held.delete(held);
    this.#high = seq;
    this.#skippedTo = seq;
    this.#skips = this.#skips.filter(({ toSeq }) => toSeq > seq);
  }
}
