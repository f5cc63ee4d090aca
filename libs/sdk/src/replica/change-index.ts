import { Entry_State, type Entry } from '@queqiao/protocol/client';
import { blanked, changeOf, isBlank, laterCopy, type Change } from './change.js';

export interface Reaction {
  readonly emoji: string;
  /** In the order in which they reacted. */
  readonly userIds: readonly string[];
}

interface Known {
  readonly seq: number;
  readonly userId: string;
  readonly change: Change;
}

const BLANK_STATES = { recall: Entry_State.RECALLED, delete: Entry_State.DELETED };

/**
 * The changes that are known of one log, by target. What they make of a target depends on the set of them only, never on the
 * order in which they arrived, and a target may arrive after its changes.
 */
export class ChangeIndex {
  readonly #byTarget = new Map<number, Map<number, Known>>();
  readonly #targets = new Map<number, readonly number[]>();

  /** Returns the targets; empty for an entry that changes nothing. */
  add(entry: Entry): readonly number[] {
    const change = changeOf(entry.content);
    if (change === undefined) return [];
    const { seq } = entry;
    this.#targets.set(seq, change.targetSeqs);
    for (const target of change.targetSeqs) {
      const known = this.#byTarget.get(target) ?? new Map<number, Known>();
      this.#byTarget.set(target, known);
      known.set(seq, { seq, userId: entry.sender?.id ?? '', change });
      if (this.isTakenBack(target)) this.#emptyEdits(known);
    }
    return change.targetSeqs;
  }

  /** Forgets the change at `seq`: it is no longer in memory, and neither is anything before it. */
  drop(seq: number): void {
    for (const target of this.#targets.get(seq) ?? []) {
      const known = this.#byTarget.get(target);
      known?.delete(seq);
      if (known?.size === 0) this.#byTarget.delete(target);
    }
    this.#targets.delete(seq);
  }

  /** The entry as the known changes make it; the same object when nothing is left to do. */
  applyTo(entry: Entry): Entry {
    let now = entry;
    for (const { change } of this.#changes(entry.seq)) {
      if (change.kind === 'recall' || change.kind === 'delete') {
        now = blanked(now, BLANK_STATES[change.kind]);
      } else if (change.kind === 'edit') {
        const { content, revision } = change;
        const applies = content !== undefined && !isBlank(now);
        if (applies) now = laterCopy(now, { ...now, content, revision });
      }
    }
    return this.#withoutEdited(now);
  }

  /** Whether an entry of this log is known to have taken the content away. */
  isTakenBack(seq: number): boolean {
    return this.#changes(seq).some(
      ({ change: { kind } }) => kind === 'recall' || kind === 'delete',
    );
  }

  /** Seqs of the known edits of a message. */
  editsOf(seq: number): number[] {
    const edits = this.#changes(seq).filter(({ change }) => change.kind === 'edit');
    return edits.map(({ seq: edit }) => edit);
  }

  /** Who reacts to a message; the first reaction comes first. */
  reactionsTo(seq: number): Reaction[] {
    if (this.isTakenBack(seq)) return [];
    const byEmoji = new Map<string, Set<string>>();
    for (const { userId, change } of this.#changes(seq)) {
      if (change.kind !== 'reaction') continue;
      const users = byEmoji.get(change.emoji) ?? new Set<string>();
      byEmoji.set(change.emoji, users);
      if (change.removed) users.delete(userId);
      else users.add(userId);
      if (users.size === 0) byEmoji.delete(change.emoji);
    }
    return [...byEmoji].map(([emoji, users]) => ({ emoji, userIds: [...users] }));
  }

  isPinned(seq: number): boolean {
    if (this.isTakenBack(seq)) return false;
    const pins = this.#changes(seq).flatMap(({ change }) => (change.kind === 'pin' ? change : []));
    return pins.at(-1)?.removed === false;
  }

  /** Seqs of the messages that are pinned as far as is known, ascending. */
  get pinned(): number[] {
    return [...this.#byTarget.keys()].filter((seq) => this.isPinned(seq)).sort((a, b) => a - b);
  }

  /** What a message once said is not kept in its edits either. */
  #withoutEdited(entry: Entry): Entry {
    const change = changeOf(entry.content);
    if (change?.kind !== 'edit') return entry;
    for (const { change: other } of this.#changes(change.targetSeqs[0] ?? 0)) {
      if (other.kind === 'recall' || other.kind === 'delete') {
        return blanked(entry, BLANK_STATES[other.kind]);
      }
    }
    return entry;
  }

  /** What was taken back is not kept in memory either. */
  #emptyEdits(known: Map<number, Known>): void {
    for (const [seq, one] of known) {
      if (one.change.kind !== 'edit') continue;
      known.set(seq, { ...one, change: { ...one.change, content: undefined } });
    }
  }

  #changes(target: number): Known[] {
    const known = this.#byTarget.get(target);
    if (known === undefined) return [];
    return [...known.values()].sort((a, b) => a.seq - b.seq);
  }
}

/** An edit of a message that was taken back: the log keeps its place, and there is nothing to show. */
export function isEmptiedEdit(entry: Entry, index: ChangeIndex): boolean {
  return isBlank(entry) && !index.isTakenBack(entry.seq);
}
