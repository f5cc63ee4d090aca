import { Entry_State, type Entry } from '@queqiao/protocol/client';
import { textOf } from '../change-fold.js';
import {
  isEntry,
  isVisible,
  keyOf,
  keyOfEntry,
  seqOf,
  written,
  type HistoryInput,
} from '../history-input.js';

/** An acknowledged entry is stored as it was sent, and every device of everyone who may see it surfaced it. */
export function* noLoss({ history, table, members }: HistoryInput): Generator<string> {
  for (const record of written(history)) {
    const seq = seqOf(record);
    if (seq === undefined) continue;
    const entry = table.get(record.conversationId)?.[seq - 1];
    if (entry === undefined || entry.seq !== seq || keyOfEntry(entry) !== keyOf(record)) {
      yield `${keyOf(record)} was acknowledged as ${seq}, which is not stored so`;
    } else if ('text' in record && isOriginal(entry) && textOf(entry.content) !== record.text) {
      yield `${keyOf(record)} is stored with another text`;
    }
  }
  for (const log of history.logs) {
    if (log.retired) continue;
    const seen = new Map<string, Set<number>>();
    for (const { conversationId, seq } of log.events.filter(isEntry)) {
      const seqs = seen.get(conversationId) ?? new Set();
      seen.set(conversationId, seqs.add(seq));
    }
    for (const [conversationId, entries] of table) {
      const membership = members.get(conversationId)?.get(log.userId);
      if (membership === undefined) continue;
      const seqs = seen.get(conversationId);
      const missing = entries.filter(
        ({ seq }) => seqs?.has(seq) !== true && isVisible(membership, seq),
      );
      if (missing[0] === undefined) continue;
      yield `${log.device} never surfaced ${missing.length} of ${entries.length} in ${conversationId}, the first ${missing[0].seq}`;
    }
  }
}

function isOriginal({ revision, state }: Entry): boolean {
  return revision === 0 && state === Entry_State.UNSPECIFIED;
}
