import {
  isEntry,
  keyOf,
  seqOf,
  written,
  type HistoryInput,
  type WrittenRecord,
} from '../history-input.js';

/** Devices surface by rising seq, and what was begun after another was acknowledged got a higher one. */
export function* order({ history }: HistoryInput): Generator<string> {
  for (const { device, events } of history.logs) {
    const high = new Map<string, number>();
    for (const { conversationId, seq } of events.filter(isEntry)) {
      const before = high.get(conversationId) ?? 0;
      if (seq <= before) yield `${device}: ${conversationId} ${before}, then ${seq}`;
      high.set(conversationId, Math.max(before, seq));
    }
  }
  yield* realTime([...written(history)]);
}

function* realTime(records: readonly WrittenRecord[]): Generator<string> {
  const moments = records.flatMap((record) => [
    { at: record.begunAt, record, ends: false },
    ...(record.endedAt === undefined ? [] : [{ at: record.endedAt, record, ends: true }]),
  ]);
  const acknowledged = new Map<string, number>();
  const floors = new Map<WrittenRecord, number>();
  const begun = new Set<string>();
  for (const { record, ends } of moments.sort((a, b) => a.at - b.at)) {
    const highest = acknowledged.get(record.conversationId) ?? 0;
    const seq = seqOf(record);
    if (ends) acknowledged.set(record.conversationId, Math.max(highest, seq ?? 0));
    // A repetition of an earlier send rightly gets the earlier seq.
    else if (!begun.has(keyOf(record))) floors.set(record, highest);
    begun.add(keyOf(record));
    const floor = floors.get(record);
    if (ends && seq !== undefined && floor !== undefined && seq <= floor) {
      yield `${keyOf(record)} got ${seq}, but began after ${floor} was acknowledged`;
    }
  }
}
