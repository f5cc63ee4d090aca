import type { SendRecord } from '../history.js';
import { isEntry, keyOf, seqOf, type HistoryInput } from '../history-input.js';

/** Devices surface by rising seq, and a send that began after another was acknowledged got a higher one. */
export function* order({ history }: HistoryInput): Generator<string> {
  for (const { device, events } of history.logs) {
    const high = new Map<string, number>();
    for (const { conversationId, seq } of events.filter(isEntry)) {
      const before = high.get(conversationId) ?? 0;
      if (seq <= before) yield `${device}: ${conversationId} ${before}, then ${seq}`;
      high.set(conversationId, Math.max(before, seq));
    }
  }
  yield* realTime(history.sends);
}

function* realTime(sends: readonly SendRecord[]): Generator<string> {
  const moments = sends.flatMap((send) => [
    { at: send.begunAt, send, ends: false },
    ...(send.endedAt === undefined ? [] : [{ at: send.endedAt, send, ends: true }]),
  ]);
  const acknowledged = new Map<string, number>();
  const floors = new Map<SendRecord, number>();
  const begun = new Set<string>();
  for (const { send, ends } of moments.sort((a, b) => a.at - b.at)) {
    const highest = acknowledged.get(send.conversationId) ?? 0;
    const seq = seqOf(send);
    if (ends) acknowledged.set(send.conversationId, Math.max(highest, seq ?? 0));
    // A repetition of an earlier send rightly gets the earlier seq.
    else if (!begun.has(keyOf(send))) floors.set(send, highest);
    begun.add(keyOf(send));
    const floor = floors.get(send);
    if (ends && seq !== undefined && floor !== undefined && seq <= floor) {
      yield `${keyOf(send)} got ${seq}, but began after ${floor} was acknowledged`;
    }
  }
}
