/**
 * When a user was in a conversation. Exactly the entries with joinedSeq < seq <= leftSeq are visible to the member; a
 * current member has no leftSeq.
 */
export interface Stint {
  readonly joinedSeq: number;
  readonly leftSeq: number | null;
}

export function isVisible(stint: Stint, seq: number): boolean {
  return stint.joinedSeq < seq && (stint.leftSeq === null || seq <= stint.leftSeq);
}

/** Newest seq that the member may see, given the head of the log. */
export function visibleLastSeq(stint: Stint, lastSeq: number): number {
  return stint.leftSeq === null ? lastSeq : Math.min(stint.leftSeq, lastSeq);
}

/** Countable entries above the read cursor; never negative. */
export function unreadCount(lastOrdinal: number, readOrdinal: number): number {
  return Math.max(0, lastOrdinal - readOrdinal);
}
