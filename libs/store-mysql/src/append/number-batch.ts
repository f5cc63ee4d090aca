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
  const entries: NewEntry[] = [];
  const strangers: KeyedItem[] = [];
  const tallies = new Map<string, Tally>();
  const moved = new MovedMembers(facts.members);
  const known = new Map(facts.stored);
  const ledger = new ChangeLedger(facts.changes);
  const placed = new Map<AppendOutcome, NewEntry>();
  const outcomes = items.map((keyed): AppendOutcome => {
    const before = facts.heads.get(keyed.head);
    if (before === undefined) {
      return { status: facts.skipped.has(keyed.head) ? 'skipped' : 'no-head' };
    }
    const first = keyed.message === undefined ? undefined : known.get(keyed.message);
    const { change } = keyed.item;
    const changing = change && ledger.factsFor(keyed, change, before.nowMs);
    if (first && isRepeat(keyed.item, first, changing)) {
      return { ...first.place, status: 'duplicate' };
    }
    const spent = change && ledger.spentOn(keyed);
    if (spent === 'same') return { status: 'unchanged', createdMs: before.nowMs };
    const taken = first !== undefined || spent === 'other';
    const member = keyed.member === undefined ? undefined : facts.members.get(keyed.member);
    const error = judge(keyed.item, member ?? null, before, changing, taken);
    if (error !== null) return { status: 'refused', error };
    if (taken) throw new RangeError('an item was let in whose id is taken');
    if (change && ledger.isDone(keyed, change)) {
      ledger.spend(keyed, before.nowMs);
      return { status: 'unchanged', createdMs: before.nowMs };
    }
    const entry = count(tallyOf(tallies, keyed.head, before), keyed);
    entries.push(entry);
    if (keyed.member !== undefined && member === undefined) strangers.push(keyed);
    if (change) ledger.apply(keyed, change, entry);
    else moved.wrote(keyed, entry.seq, entry.ordinal);
    moved.named(keyed, entry.seq);
    const { seq, ordinal, createdMs } = entry;
    const stored: AppendStored = { status: 'committed', seq, ordinal, createdMs };
    if (keyed.message !== undefined) {
      known.set(keyed.message, { place: stored, kind: keyed.item.kind, content: entry.content });
    }
    if (change) placed.set(stored, entry);
    return stored;
  });
  return {
    outcomes: outcomes.map((outcome) => withContent(outcome, placed.get(outcome))),
    entries,
    heads: movedHeads(tallies, entries),
    members: moved.sorted(),
    changes: ledger.writes,
    spent: ledger.spent,
    strangers,
  };
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
