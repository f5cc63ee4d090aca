import type { HistoryInput } from '../history-input.js';

/** The seqs of a conversation are 1, 2, 3 … without a hole. */
export function* noGaps({ table }: HistoryInput): Generator<string> {
  for (const [conversationId, entries] of table) {
    const at = entries.findIndex((entry, index) => entry.seq !== index + 1);
    if (at >= 0) yield `${conversationId} has no ${at + 1}`;
  }
}
