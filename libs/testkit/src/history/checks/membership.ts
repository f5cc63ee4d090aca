import type { MembershipRecord } from '../history.js';
import {
  isEntry,
  keyOf,
  seqOf,
  wasMember,
  written,
  type HistoryInput,
  type WrittenRecord,
} from '../history-input.js';

/** Devices see what was sent while their user was a member, nothing else, and nobody writes after having left. */
export function* membership({ history, members }: HistoryInput): Generator<string> {
  for (const { device, userId, events } of history.logs) {
    for (const { conversationId, seq } of events.filter(isEntry)) {
      if (wasMember(members.get(conversationId)?.get(userId), seq)) continue;
      yield `${device} sees ${conversationId}#${seq}`;
    }
  }
  yield* writesAfterLeaving([...written(history)], history.memberships);
}

function* writesAfterLeaving(
  records: readonly WrittenRecord[],
  changes: readonly MembershipRecord[],
): Generator<string> {
  if (changes.length === 0) return;
  for (const send of records) {
    if (seqOf(send) === undefined) continue;
    const own = changes.filter(
      ({ userId, conversationId }) =>
        userId === send.sender && conversationId === send.conversationId,
    );
    const left = lastMoment(own, 'leave', ({ outcome, endedAt }) =>
      outcome === 'done' && endedAt !== undefined && endedAt < send.begunAt ? endedAt : 0,
    );
    // A join that was begun, whatever became of it, may have let the sender in again.
    const joined = lastMoment(own, 'join', ({ begunAt, endedAt = Infinity }) =>
      begunAt < (send.endedAt ?? Infinity) ? Math.min(endedAt, send.endedAt ?? Infinity) : 0,
    );
    if (left > joined) yield `${keyOf(send)} was acknowledged after its sender had left`;
  }
}

function lastMoment(
  changes: readonly MembershipRecord[],
  change: MembershipRecord['change'],
  momentOf: (record: MembershipRecord) => number,
): number {
  return Math.max(0, ...changes.filter((each) => each.change === change).map(momentOf));
}
