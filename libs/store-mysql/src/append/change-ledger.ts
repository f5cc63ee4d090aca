import type { ChangeFacts, EntryChange, EntryState, TargetFacts } from '@queqiao/domain';
import type { KeyedItem } from './batch-keys.js';
import { isRepeat, type UsedFor } from './known-entries.js';

export type Target = { -readonly [K in keyof TargetFacts]: TargetFacts[K] };

/** What the database says about what a batch wants to change. */
export interface ChangeRows {
  readonly targets: Map<string, Target>;
  /** Emoji by target and user. */
  readonly reactions: Map<string, Set<string>>;
  /** Pinned seqs by head. */
  readonly pins: Map<string, Set<number>>;
  /** Changes, by message, that changed nothing when they came. Null: a node of an earlier version did not say what it was. */
  readonly spent: Map<string, UsedFor | null>;
}

/** The id of a change that changed nothing, to be kept. */
export interface SpentId {
  readonly keyed: KeyedItem;
  readonly createdMs: number;
}

/** An entry of the batch as far as changes go: an edit's content may be blanked again before it is written. */
export interface ChangingEntry {
  readonly seq: number;
  content: Uint8Array;
  state: EntryState;
}

/** One row to write or to delete; what is not named is all of it. */
export type ChangeWrite = { readonly item: KeyedItem['item']; readonly seq: number } & (
  | { readonly op: 'edit'; readonly editSeq: number; content: Uint8Array; revision: number }
  | { readonly op: 'blank'; readonly state: EntryState; readonly edited: boolean }
  | { readonly op: 'react' | 'unreact'; readonly emoji: string }
  | { readonly op: 'pin' | 'unpin'; readonly pinSeq: number }
);

export function targetKey(head: string, seq: number): string {
  return `${head}\n${seq}`;
}

export function reactorKey(head: string, seq: number, userId: string): string {
  return `${head}\n${seq}\n${userId}`;
}

const EMPTY = new Uint8Array(0);

export function noChangeRows(): ChangeRows {
  return { targets: new Map(), reactions: new Map(), pins: new Map(), spent: new Map() };
}

/**
 * The changes of one batch, one after the other: each sees what those before it did, whether in the database or in this
 * batch. The writes are in the order in which they have to run.
 */
export class ChangeLedger {
  readonly writes: ChangeWrite[] = [];
  readonly spent: SpentId[] = [];
  /** Edits of this batch by target, to be blanked with it. */
  readonly #edits = new Map<string, ChangingEntry[]>();

  constructor(private readonly rows: ChangeRows = noChangeRows()) {}

  factsFor({ head, item }: KeyedItem, change: EntryChange, nowMs: number): ChangeFacts {
    const { targets, reactions, pins } = this.rows;
    const reactor = reactorKey(head, change.targetSeqs[0] ?? 0, item.sender.id);
    return {
      nowMs,
      targets: change.targetSeqs.map((seq) => targets.get(targetKey(head, seq)) ?? null),
      ownReactions: reactions.get(reactor) ?? new Set(),
      pinned: pins.get(head) ?? new Set(),
    };
  }

  /**
   * An attempt of it changed nothing. So do all later ones: its caller was told so, and may have gone on from there while
   * this attempt was held back.
   */
  spentOn({ message, item }: KeyedItem): 'same' | 'other' | undefined {
    const used = message === undefined ? undefined : this.rows.spent.get(message);
    if (used === undefined) return undefined;
    return used === null || isRepeat(item, used, undefined) ? 'same' : 'other';
  }

  spend(keyed: KeyedItem, createdMs: number): void {
    if (keyed.message === undefined) return;
    this.rows.spent.set(keyed.message, keyed.item);
    this.spent.push({ keyed, createdMs });
  }

  /** The change was made before: nothing is left to do. */
  isDone({ head, item }: KeyedItem, change: EntryChange): boolean {
    if (change.kind === 'react') {
      const key = reactorKey(head, change.targetSeqs[0], item.sender.id);
      return (this.rows.reactions.get(key)?.has(change.emoji) ?? false) !== change.removed;
    }
    if (change.kind === 'pin') {
      return (this.rows.pins.get(head)?.has(change.targetSeqs[0]) ?? false) !== change.removed;
    }
    return false;
  }

  /** The judge has let the change in; `entry` is its place. */
  apply(keyed: KeyedItem, change: EntryChange, entry: ChangingEntry): void {
    switch (change.kind) {
      case 'recall':
        this.#blank(keyed, change.targetSeqs, 'recalled');
        return;
      case 'delete':
        this.#blank(keyed, change.targetSeqs, 'deleted');
        return;
      case 'edit':
        this.#edit(keyed, change, entry);
        return;
      case 'react':
        this.#react(keyed, change);
        return;
      case 'pin':
        this.#pin(keyed, change, entry.seq);
    }
  }

  #blank({ head, item }: KeyedItem, seqs: readonly number[], state: EntryState): void {
    for (const seq of seqs) {
      const key = targetKey(head, seq);
      const target = this.rows.targets.get(key);
      if (target === undefined) continue;
      target.state = state;
      for (const edit of this.#edits.get(key) ?? []) {
        edit.content = EMPTY;
        edit.state = state;
      }
      this.rows.pins.get(head)?.delete(seq);
      this.writes.push({ op: 'blank', item, seq, state, edited: target.revision > 0 });
    }
  }

  #edit(
    { head, item }: KeyedItem,
    change: Extract<EntryChange, { kind: 'edit' }>,
    entry: ChangingEntry,
  ): void {
    const [seq] = change.targetSeqs;
    const key = targetKey(head, seq);
    const target = this.rows.targets.get(key);
    if (target === undefined) return;
    target.revision += 1;
    entry.content = change.entryContent(target.revision);
    this.#edits.set(key, [...(this.#edits.get(key) ?? []), entry]);
    const { content } = change;
    const { revision } = target;
    this.writes.push({ op: 'edit', item, seq, editSeq: entry.seq, content, revision });
  }

  #react({ head, item }: KeyedItem, change: Extract<EntryChange, { kind: 'react' }>): void {
    const { emoji, removed } = change;
    const [seq] = change.targetSeqs;
    const key = reactorKey(head, seq, item.sender.id);
    const own = this.rows.reactions.get(key) ?? new Set();
    this.rows.reactions.set(key, own);
    if (removed) own.delete(emoji);
    else own.add(emoji);
    this.writes.push({ op: removed ? 'unreact' : 'react', item, seq, emoji });
  }

  #pin(
    { head, item }: KeyedItem,
    change: Extract<EntryChange, { kind: 'pin' }>,
    pinSeq: number,
  ): void {
    const { removed } = change;
    const [seq] = change.targetSeqs;
    const pinned = this.rows.pins.get(head) ?? new Set();
    this.rows.pins.set(head, pinned);
    if (removed) pinned.delete(seq);
    else pinned.add(seq);
    this.writes.push({ op: removed ? 'unpin' : 'pin', item, seq, pinSeq });
  }
}
