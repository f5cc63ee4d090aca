import type { MembershipRecord } from './history.js';
import { isRefused, type Membership } from './history-input.js';

interface Span {
  readonly from: number;
  readonly to: number;
}

interface Pair {
  readonly userId: string;
  readonly conversationId: string;
  readonly records: readonly MembershipRecord[];
  /** Moments of the history between which the user surely was a member, and surely was none. */
  readonly in: readonly Span[];
  readonly out: readonly Span[];
}

/** After everything that was recorded. */
export const AT_REST = Number.MAX_SAFE_INTEGER;

/**
 * When users were in conversations, as far as the joins and leaves that were asked for tell. Who has none was in all the time;
 * whose first one is a join was not in before. What was refused did nothing, and what is unknown may do it at any time.
 */
export class Stays {
  readonly #pairs = new Map<string, Pair>();

  constructor(memberships: readonly MembershipRecord[]) {
    const all = new Map<string, MembershipRecord[]>();
    for (const record of memberships) {
      if (isRefused(record)) continue;
      const key = keyOfPair(record.conversationId, record.userId);
      const records = all.get(key) ?? [];
      all.set(key, records);
      records.push(record);
    }
    for (const [key, records] of all) this.#pairs.set(key, pairOf(records));
  }

  get pairs(): Iterable<Pair> {
    return this.#pairs.values();
  }

  /** The joins and leaves of a user that may have been carried out, in the order in which they were begun. */
  of(conversationId: string, userId: string): readonly MembershipRecord[] {
    return this.#pairs.get(keyOfPair(conversationId, userId))?.records ?? [];
  }

  /** True when the user was a member at every moment of the operation. */
  surelyIn(conversationId: string, userId: string, during: Timed): boolean {
    const pair = this.#pairs.get(keyOfPair(conversationId, userId));
    return pair === undefined || covers(pair.in, during);
  }

  /** True when the user was a member at no moment of the operation. */
  surelyOut(conversationId: string, userId: string, during: Timed): boolean {
    const pair = this.#pairs.get(keyOfPair(conversationId, userId));
    return pair !== undefined && covers(pair.out, during);
  }
}

/** An operation that never ended lasts for ever. */
export interface Timed {
  readonly begunAt: number;
  readonly endedAt: number | undefined;
}

/** The newest entry up to `lastSeq` that was written while the user was a member; 0: none. */
export function newestSeen({ stints }: Pick<Membership, 'stints'>, lastSeq: number): number {
  const newest = stints.map(({ joinedSeq, leftSeq }) => {
    const seq = Math.min(leftSeq, lastSeq);
    return seq > joinedSeq ? seq : 0;
  });
  return Math.max(0, ...newest);
}

/** From then on it does nothing more. */
export function settledAt({
  outcome,
  endedAt,
}: Pick<MembershipRecord, 'outcome' | 'endedAt'>): number {
  return outcome === 'done' ? (endedAt ?? Infinity) : Infinity;
}

function pairOf(unsorted: readonly MembershipRecord[]): Pair {
  const records = [...unsorted].sort((a, b) => a.begunAt - b.begunAt);
  const joins = records.filter(({ change }) => change === 'join');
  const leaves = records.filter(({ change }) => change === 'leave');
  const { userId = '', conversationId = '', change } = records[0] ?? {};
  const [first] = records;
  const start = first === undefined ? [] : [{ from: 0, to: first.begunAt }];
  return {
    userId,
    conversationId,
    records,
    in: [...(change === 'leave' ? start : []), ...spans(joins, leaves)],
    out: [...(change === 'join' ? start : []), ...spans(leaves, joins)],
  };
}

/** From each acknowledgement until something that may undo it was begun; nothing when that may have come before. */
function spans(made: readonly MembershipRecord[], undone: readonly MembershipRecord[]): Span[] {
  return made.flatMap((record) => {
    if (record.outcome !== 'done' || record.endedAt === undefined) return [];
    const later = undone.filter((each) => settledAt(each) > record.begunAt);
    const to = Math.min(AT_REST, ...later.map(({ begunAt }) => begunAt));
    return to > record.endedAt ? [{ from: record.endedAt, to }] : [];
  });
}

function covers(within: readonly Span[], { begunAt, endedAt = AT_REST }: Timed): boolean {
  return within.some(({ from, to }) => from <= begunAt && endedAt <= to);
}

function keyOfPair(conversationId: string, userId: string): string {
  return `${conversationId} ${userId}`;
}
