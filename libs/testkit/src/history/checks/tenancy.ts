import { digestOf } from '../surfaced-log.js';
import { allEntries, isEntry, type HistoryInput } from '../history-input.js';

/** Nothing of another app is stored in this one or came to its devices. */
export function* tenancy({ history, table, foreign }: HistoryInput): Generator<string> {
  if (foreign === undefined) return;
  for (const entry of allEntries(table)) {
    if (foreign.has(digestOf(entry))) {
      yield `${entry.conversationId}#${entry.seq} is stored, and is of another app`;
    }
  }
  for (const { device, events } of history.logs) {
    for (const { conversationId, seq, digest } of events.filter(isEntry)) {
      if (foreign.has(digest)) yield `${device} got ${conversationId}#${seq} of another app`;
    }
  }
}
