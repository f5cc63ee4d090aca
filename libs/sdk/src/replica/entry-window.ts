import type { Entry } from '@queqiao/protocol/client';
import { changeOf } from './change.js';
import { ChangeIndex, isEmptiedEdit } from './change-index.js';

/** What became of entries that were put in. */
export interface Absorbed {
  /** Entries that are not what was given or known before. */
  readonly rewritten: readonly Entry[];
  /** Seqs in memory that something was done to. */
  readonly targets: readonly number[];
}

/** What is in memory of one log: ascending, and always as the changes that are known make it. */
export class EntryWindow {
  #entries: Entry[] = [];
  #changes = new ChangeIndex();

  get entries(): readonly Entry[] {
    return this.#entries;
  }
  get changes(): ChangeIndex {
    return this.#changes;
  }

  get(seq: number): Entry | undefined {
    const at = this.#indexOf(seq);
    return at < 0 ? undefined : this.#entries[at];
  }

  /** Puts newer ones at the end. */
  append(entries: readonly Entry[]): Absorbed {
    this.#entries.push(...entries);
    return this.#absorb(entries);
  }

  /** Puts older ones before what is known. */
  prepend(entries: readonly Entry[]): Absorbed {
    this.#entries = [...entries, ...this.#entries];
    return this.#absorb(entries);
  }

  /** Takes out what may not be seen any longer. */
  remove(isGone: (seq: number) => boolean): number[] {
    const gone = this.#entries.filter(({ seq }) => isGone(seq));
    if (gone.length === 0) return [];
    // A hidden change still changes what is shown: only its own line is gone.
    this.#entries = this.#entries.filter(({ seq }) => !isGone(seq));
    return gone.map(({ seq }) => seq);
  }

  /** Drops the oldest above `max`; returns the seq of the newest dropped. */
  trim(max: number): number | undefined {
    const excess = this.#entries.length - max;
    if (excess <= 0) return undefined;
    const dropped = this.#entries.splice(0, excess);
    for (const { seq } of dropped) this.#changes.drop(seq);
    return dropped.at(-1)?.seq;
  }

  /** What people see: no changes, and no edits of what was taken back. */
  messages(): Entry[] {
    return this.#entries.filter((entry) => this.#isMessage(entry));
  }

  /** The newest that a list shows. */
  newestMessage(): Entry | undefined {
    for (let at = this.#entries.length - 1; at >= 0; at -= 1) {
      const entry = this.#entries[at];
      if (entry !== undefined && this.#isMessage(entry)) return entry;
    }
    return undefined;
  }

  #isMessage(entry: Entry): boolean {
    return changeOf(entry.content) === undefined && !isEmptiedEdit(entry, this.#changes);
  }

  #absorb(entries: readonly Entry[]): Absorbed {
    const targets = new Set<number>();
    const touched = new Set<number>();
    for (const entry of entries) {
      touched.add(entry.seq);
      for (const target of this.#changes.add(entry)) {
        targets.add(target);
        touched.add(target);
        for (const edit of this.#changes.editsOf(target)) touched.add(edit);
      }
    }
    const rewritten = [...touched].flatMap((seq) => this.#refresh(seq) ?? []);
    return { rewritten, targets: [...targets].filter((seq) => this.get(seq) !== undefined) };
  }

  /** Brings one entry up to date; undefined when there is nothing to do. */
  #refresh(seq: number): Entry | undefined {
    const at = this.#indexOf(seq);
    const known = this.#entries[at];
    if (known === undefined) return undefined;
    const now = this.#changes.applyTo(known);
    if (now === known) return undefined;
    this.#entries[at] = now;
    return now;
  }

  #indexOf(seq: number): number {
    let low = 0;
    let high = this.#entries.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const found = this.#entries[middle]?.seq ?? 0;
      if (found === seq) return middle;
      if (found < seq) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }
}
