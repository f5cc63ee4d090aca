import type { MembershipRecord } from '../history.js';
import type { StateRecord } from '../surfaced-log.js';
import { changesByKey } from '../change-fold.js';
import {
  isRefused,
  keyOfEntry,
  seqOf,
  written,
  type HistoryInput,
  type Recorded,
} from '../history-input.js';
import { settledAt, Stays } from '../stays.js';

/** No observer sees a read cursor go back, and it ends where the newest acknowledged mark, clear or own message put it. */
export function* readCursor({ history, table, members }: HistoryInput): Generator<string> {
  for (const { device, states } of history.logs) yield* backwards(device, states);
  const stays = new Stays(history.memberships);
  const [least, most] = [moved(history, true), moved(history, false)];
  const changes = changesByKey(history.changes);
  for (const [conversationId, users] of members) {
    const entries = table.get(conversationId) ?? [];
    for (const [userId, { readSeq, clearedSeq, stints }] of users) {
      const key = `${conversationId} ${userId}`;
      // A joiner starts at the join, and entries of one's own that nobody waited for count as well.
      const start = Math.max(0, ...stints.map(({ joinedSeq }) => joinedSeq));
      const joins = joinedAt(history, stays.of(conversationId, userId), entries.length);
      const own = entries
        .filter((entry) => entry.sender?.id === userId && !changes.has(keyOfEntry(entry)))
        .at(-1);
      const low = Math.max(start, joins.least, least.get(key) ?? 0);
      // What is cleared counts as read; who cleared it is another check's business.
      const high = Math.max(start, joins.most, own?.seq ?? 0, most.get(key) ?? 0, clearedSeq);
      if (readSeq < low) yield `${key} is at ${readSeq}, below the acknowledged ${low}`;
      if (readSeq > high) yield `${key} is at ${readSeq}, and nobody moved it beyond ${high}`;
    }
  }
}

function* backwards(device: string, states: readonly StateRecord[]): Generator<string> {
  const applied = new Map<string, StateRecord>();
  for (const state of states) {
    const before = applied.get(state.conversationId);
    if (before !== undefined && state.rev < before.rev) continue;
    if (before !== undefined && state.readSeq < before.readSeq) {
      yield `${device}: ${state.conversationId} ${before.readSeq}, then ${state.readSeq} (rev ${state.rev})`;
    }
    applied.set(state.conversationId, state);
  }
}

/** Where joins that show everything put the cursor, which their rows do not tell: at the end of the log as it was then. */
function joinedAt(
  recorded: Recorded,
  records: readonly MembershipRecord[],
  lastSeq: number,
): { readonly least: number; readonly most: number } {
  let [least, most] = [0, 0];
  for (const record of records) {
    if (record.change !== 'join' || record.fromStart !== true) continue;
    for (const each of written(recorded)) {
      const seq = seqOf(each);
      if (each.conversationId !== record.conversationId || seq === undefined) continue;
      const before = record.outcome === 'done' && (each.endedAt ?? Infinity) < record.begunAt;
      if (before) least = Math.max(least, seq);
    }
    most = Math.max(most, Math.min(lastSeq, firstAfter(recorded, record) - 1));
  }
  return { least, most };
}

/** The lowest seq that was given to what was begun once the record had settled. */
function firstAfter(recorded: Recorded, record: MembershipRecord): number {
  let first = Infinity;
  for (const each of written(recorded)) {
    const later = each.begunAt > settledAt(record);
    if (each.conversationId !== record.conversationId || !later) continue;
    first = Math.min(first, seqOf(each) ?? Infinity);
  }
  return first;
}

/** Highest seq to which marks, clears and own messages moved each cursor: surely, or at most. */
function moved(recorded: Recorded, surely: boolean): Map<string, number> {
  const { marks, sends, ownChanges } = recorded;
  const highest = new Map<string, number>();
  const raise = (key: string, seq: number): void => {
    highest.set(key, Math.max(highest.get(key) ?? 0, seq));
  };
  for (const mark of marks) {
    const counts = surely ? mark.outcome === 'done' : !isRefused(mark);
    if (counts) raise(`${mark.conversationId} ${mark.userId}`, mark.seq);
  }
  for (const { change, outcome, conversationId, userId } of ownChanges) {
    if (change.kind !== 'clear' || outcome !== 'done') continue;
    raise(`${conversationId} ${userId}`, change.throughSeq);
  }
  for (const send of sends) raise(`${send.conversationId} ${send.sender}`, seqOf(send) ?? 0);
  return highest;
}
