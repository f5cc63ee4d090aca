import { isVisible, type Stint } from '@queqiao/domain';
import type { EntryRecord, PullInput, PullResult, SeqRange } from '../conversation-types.js';

/**
 * Bytes of content that one answer holds at most, unless a single entry is larger. Far below what may wait for one socket,
 * because a device may have several pulls in flight, and one that reads must never be taken for one that does not.
 */
export const PULL_MAX_BYTES = 64 * 1024;

export interface PullFacts {
  /** Ascending, without a gap, as read before the member's row. */
  readonly fetched: readonly EntryRecord[];
  readonly stints: readonly Stint[];
  /** Head of the log. */
  readonly headSeq: number;
  /** Newest seq that the user may see. */
  readonly visibleSeq: number;
}

type Wanted = Pick<PullInput, 'fromSeq' | 'toSeq' | 'backwards'>;

/**
 * Cuts what was read down to what may be seen, and says which seqs of the answered range hold nothing for this user. The
 * answered range never goes beyond what was read, because a member row that is newer than the entries says nothing about
 * entries that were not read.
 */
export function trimPull(wanted: Wanted, facts: PullFacts): PullResult {
  const { stints, headSeq, visibleSeq: lastSeq } = facts;
  const upper = wanted.toSeq === 0 ? lastSeq : Math.min(wanted.toSeq, headSeq);
  const fetched = withinBytes(facts.fetched, wanted.backwards);
  let from = wanted.backwards ? (fetched[0]?.seq ?? upper + 1) : wanted.fromSeq;
  let to = Math.min(upper, fetched.at(-1)?.seq ?? wanted.fromSeq - 1);
  if (wanted.backwards) {
    while (from > wanted.fromSeq && !seen(stints, from - 1)) from = skipDown(stints, from, wanted);
  } else {
    while (to < upper && !seen(stints, to + 1))
      to = Math.min(upper, nextVisible(stints, to + 1) - 1);
  }
  return {
    entries: fetched.filter(({ seq }) => seq >= from && seq <= to && seen(stints, seq)),
    notVisible: gaps(stints, from, to),
    lastSeq,
    hasMore: wanted.backwards ? from > wanted.fromSeq : to < upper,
  };
}

function seen(stints: readonly Stint[], seq: number): boolean {
  return stints.some((stint) => isVisible(stint, seq));
}

/** Lowest visible seq at or above `seq`; Infinity when there is none. */
function nextVisible(stints: readonly Stint[], seq: number): number {
  let next = Infinity;
  for (const stint of stints) {
    const start = Math.max(stint.joinedSeq + 1, seq);
    if (isVisible(stint, start)) next = Math.min(next, start);
  }
  return next;
}

/** Lower end of the run of invisible seqs that ends just below `from`. */
function skipDown(stints: readonly Stint[], from: number, wanted: Wanted): number {
  let previous = 0;
  for (const { joinedSeq, leftSeq } of stints) {
    const ended = leftSeq !== null && leftSeq < from && leftSeq > joinedSeq;
    if (ended) previous = Math.max(previous, leftSeq);
  }
  return Math.max(wanted.fromSeq, previous + 1);
}

function gaps(stints: readonly Stint[], from: number, to: number): SeqRange[] {
  const ranges: SeqRange[] = [];
  let seq = from;
  while (seq <= to) {
    const start = Math.min(nextVisible(stints, seq), to + 1);
    if (start > seq) ranges.push({ fromSeq: seq, toSeq: start - 1 });
    seq = start;
    while (seq <= to && seen(stints, seq)) seq = Math.min(endOfRun(stints, seq), to) + 1;
  }
  return ranges;
}

function endOfRun(stints: readonly Stint[], seq: number): number {
  let end = seq;
  for (const stint of stints) {
    if (isVisible(stint, seq)) end = Math.max(end, stint.leftSeq ?? Infinity);
  }
  return end;
}

function withinBytes(entries: readonly EntryRecord[], backwards: boolean): readonly EntryRecord[] {
  let size = 0;
  let count = 0;
  for (const entry of backwards ? [...entries].reverse() : entries) {
    size += entry.content.byteLength;
    if (size > PULL_MAX_BYTES && count > 0) break;
    count += 1;
  }
  return backwards ? entries.slice(entries.length - count) : entries.slice(0, count);
}
