import {
  allEntries,
  keyOf,
  keyOfEntry,
  placeOf,
  seqOf,
  written,
  type HistoryInput,
} from '../history-input.js';

/** Messages and seqs correspond one to one, in the table and in all answers. */
export function* noDuplicates({ history, table }: HistoryInput): Generator<string> {
  const stored = new Map<string, number>();
  for (const entry of allEntries(table)) {
    if (entry.clientMsgId === '') continue;
    const key = keyOfEntry(entry);
    const other = stored.get(key);
    if (other !== undefined) yield `${key} is stored as ${other} and as ${entry.seq}`;
    stored.set(key, entry.seq);
  }
  const [seqs, keys] = [new Map<string, number>(), new Map<string, string>()];
  for (const record of written(history)) {
    const seq = seqOf(record);
    if (seq === undefined) continue;
    const [key, place] = [keyOf(record), placeOf(record.conversationId, seq)];
    const [otherSeq, otherKey] = [seqs.get(key), keys.get(place)];
    if (otherSeq !== undefined && otherSeq !== seq) {
      yield `${key} was answered ${otherSeq} and ${seq}`;
    }
    if (otherKey !== undefined && otherKey !== key) {
      yield `${place} was given to ${otherKey} and to ${key}`;
    }
    seqs.set(key, seq);
    keys.set(place, key);
  }
}
