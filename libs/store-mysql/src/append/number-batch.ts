import type {
  AppendOutcome,
  AppendStored,
  CommittedHead,
  HeadFacts,
  Judge,
  MemberFacts,
} from '../append-types.js';
import type { KeyedItem } from './batch-keys.js';
import { isRepeat, type KnownEntry } from './known-entries.js';
import { MovedMembers, type MovedMember } from './moved-members.js';
import {
  ChangeLedger,
  type ChangeRows,
  type ChangeWrite,
  type ChangingEntry,
  type SpentId,
} from './change-ledger.js';

/** A head as it was read under its lock, with the database's clock at that moment. */
export interface LockedHead extends HeadFacts {
  readonly shownSeq: number;
}

export interface NewEntry extends ChangingEntry {
  readonly keyed: KeyedItem;
  readonly ordinal: number;
  readonly createdMs: number;
}

export interface MovedHead {
  readonly committed: CommittedHead;
  readonly lastOrdinal: number;
  readonly shownSeq: number;
  /** 0: nobody was mentioned so. */
  readonly mentionAllSeq: number;
  /** 0: nothing that a list shows came, so the conversation keeps its place. */
  readonly activeMs: number;
  readonly nowMs: number;
}

export interface NumberedBatch {
  readonly outcomes: AppendOutcome[];
  readonly entries: NewEntry[];
  readonly heads: MovedHead[];
  readonly members: MovedMember[];
  readonly changes: readonly ChangeWrite[];
  /** Also of a batch without an entry. */
  readonly spent: readonly SpentId[];
  /** Entries of users who were never in their conversation; only imports let them in. */
  readonly strangers: readonly KeyedItem[];
}

export interface BatchFacts {
  /** Only heads whose lock is held. */
  readonly heads: ReadonlyMap<string, LockedHead>;
  /** Heads that exist but are locked by somebody else. */
  readonly skipped: ReadonlySet<string>;
  readonly stored: ReadonlyMap<string, KnownEntry>;
  readonly members: ReadonlyMap<string, MemberFacts>;
  /** What the batch's changes are about; undefined when it has none. */
  readonly changes?: ChangeRows | undefined;
}

/** A head while the entries of the batch are counted onto it. */
interface Tally {
  readonly before: LockedHead;
  lastSeq: number;
  lastOrdinal: number;
  shownSeq: number;
  mentionAllSeq: number;
  activeMs: number;
}

/**
 * Decides what becomes of every item. Retries are recognised before permissions are looked at, so that a stored message is
 * acknowledged also after its sender was removed; both leave before numbering, so that seqs have no gaps.
 */
export function numberBatch(
  items: readonly KeyedItem[],
  facts: BatchFacts,
  judge: Judge,
): NumberedBatch {
  const numbering = new Numbering(facts, judge);
  return numbering.numbered(items.map((keyed) => numbering.take(keyed)));
}

/** One batch while its items are taken, in their order. */
class Numbering {
  readonly #entries: NewEntry[] = [];
  readonly #strangers: KeyedItem[] = [];
  readonly #tallies = new Map<string, Tally>();
  readonly #placed = new Map<AppendOutcome, NewEntry>();
  readonly #moved: MovedMembers;
  readonly #known: Map<string, KnownEntry>;
  readonly #ledger: ChangeLedger;

  constructor(
    private readonly facts: BatchFacts,
    private readonly judge: Judge,
  ) {
    this.#moved = new MovedMembers(facts.members);
    this.#known = new Map(facts.stored);
    this.#ledger = new ChangeLedger(facts.changes);
  }

  take(keyed: KeyedItem): AppendOutcome {
    const { heads, skipped } = this.facts;
    const before = heads.get(keyed.head);
    if (before === undefined) return { status: skipped.has(keyed.head) ? 'skipped' : 'no-head' };
    return this.#settled(keyed, before) ?? this.#append(keyed, before);
  }

  /** All items were taken. */
  numbered(outcomes: readonly AppendOutcome[]): NumberedBatch {
    return {
      outcomes: outcomes.map((outcome) => withContent(outcome, this.#placed.get(outcome))),
      entries: this.#entries,
      heads: movedHeads(this.#tallies, this.#entries),
      members: this.#moved.sorted(),
      changes: this.#ledger.writes,
      spent: this.#ledger.spent,
      strangers: this.#strangers,
    };
  }

  /** What becomes of an item of which no entry is made; undefined: one is. */
  #settled(keyed: KeyedItem, before: LockedHead): AppendOutcome | undefined {
    const first = keyed.message === undefined ? undefined : this.#known.get(keyed.message);
    const { change } = keyed.item;
    const changing = change && this.#ledger.factsFor(keyed, change, before.nowMs);
    if (first && isRepeat(keyed.item, first, changing)) {
      return { ...first.place, status: 'duplicate' };
    }
    const spent = change && this.#ledger.spentOn(keyed);
    if (spent === 'same') return { status: 'unchanged', createdMs: before.nowMs };
    const taken = first !== undefined || spent === 'other';
    const error = this.judge(keyed.item, this.#memberOf(keyed) ?? null, before, changing, taken);
    if (error !== null) return { status: 'refused', error };
    if (taken) throw new RangeError('an item was let in whose id is taken');
    if (!change || !this.#ledger.isDone(keyed, change)) return undefined;
    this.#ledger.spend(keyed, before.nowMs);
    return { status: 'unchanged', createdMs: before.nowMs };
  }

  #append(keyed: KeyedItem, before: LockedHead): AppendStored {
    const entry = count(tallyOf(this.#tallies, keyed.head, before), keyed);
    const { change, kind } = keyed.item;
    const { seq, ordinal, createdMs } = entry;
    this.#entries.push(entry);
    if (keyed.member !== undefined && !this.#memberOf(keyed)) this.#strangers.push(keyed);
    if (change) this.#ledger.apply(keyed, change, entry);
    else this.#moved.wrote(keyed, seq, ordinal);
    this.#moved.named(keyed, seq);
    const stored: AppendStored = { status: 'committed', seq, ordinal, createdMs };
    if (keyed.message !== undefined) {
      this.#known.set(keyed.message, { place: stored, kind, content: entry.content });
    }
    if (change) this.#placed.set(stored, entry);
    return stored;
  }

  #memberOf({ member }: KeyedItem): MemberFacts | undefined {
    return member === undefined ? undefined : this.facts.members.get(member);
  }
}

/** Known only after the whole batch: a later item may have blanked what an earlier one wrote. */
function withContent(outcome: AppendOutcome, entry: NewEntry | undefined): AppendOutcome {
  if (entry === undefined || outcome.status !== 'committed') return outcome;
  const { content, state } = entry;
  return { ...outcome, content, ...(state === 'present' ? {} : { state }) };
}

function tallyOf(tallies: Map<string, Tally>, head: string, before: LockedHead): Tally {
  let tally = tallies.get(head);
  if (tally === undefined) {
    const { lastSeq, lastOrdinal, shownSeq } = before;
    tally = { before, lastSeq, lastOrdinal, shownSeq, mentionAllSeq: 0, activeMs: 0 };
    tallies.set(head, tally);
  }
  return tally;
}

function count(tally: Tally, keyed: KeyedItem): NewEntry {
  tally.lastSeq += 1;
  if (keyed.item.countable) tally.lastOrdinal += 1;
  const createdMs = keyed.item.createdMs ?? tally.before.nowMs;
  if (keyed.item.shown !== false) {
    tally.shownSeq = tally.lastSeq;
    tally.activeMs = Math.max(tally.activeMs, createdMs);
  }
  if (keyed.item.mentions?.all === true) tally.mentionAllSeq = tally.lastSeq;
  const { lastSeq: seq, lastOrdinal: ordinal } = tally;
  const { content } = keyed.item;
  return { keyed, seq, ordinal, createdMs, content, state: 'present' };
}

function movedHeads(tallies: Map<string, Tally>, entries: readonly NewEntry[]): MovedHead[] {
  const heads: MovedHead[] = [];
  for (const { keyed } of entries) {
    const tally = tallies.get(keyed.head);
    if (tally === undefined) continue;
    tallies.delete(keyed.head);
    const { appId, conversationId } = keyed.item;
    const { memberVersion, leaveVersion, mode, nowMs, lastSeq } = tally.before;
    heads.push({
      committed: {
        appId,
        conversationId,
        memberVersion,
        leaveVersion,
        mode,
        firstSeq: lastSeq + 1,
        lastSeq: tally.lastSeq,
      },
      lastOrdinal: tally.lastOrdinal,
      shownSeq: tally.shownSeq,
      mentionAllSeq: tally.mentionAllSeq,
      activeMs: tally.activeMs,
      nowMs,
    });
  }
  return heads;
}
