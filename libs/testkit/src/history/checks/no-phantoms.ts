import { Sender_Kind } from '@queqiao/protocol/client';
import {
  allEntries,
  isRefused,
  isUnchanged,
  keyOf,
  keyOfEntry,
  written,
  type HistoryInput,
} from '../history-input.js';

/**
 * What was refused for good, was said to change nothing, or was never sent, is not stored. Devices are held to the table by
 * the check of agreement.
 */
export function* noPhantoms({ history, table }: HistoryInput): Generator<string> {
  const wanted = new Map<string, boolean>();
  for (const record of written(history)) {
    const key = keyOf(record);
    const may = !isRefused(record) && !isUnchanged(record);
    wanted.set(key, wanted.get(key) === true || may);
  }
  for (const entry of allEntries(table)) {
    if (entry.clientMsgId === '' || entry.sender?.kind !== Sender_Kind.USER) continue;
    const key = keyOfEntry(entry);
    const known = wanted.get(key);
    if (known === undefined) yield `nobody sent ${key}`;
    else if (!known) yield `${key} was refused or changed nothing, and is stored as ${entry.seq}`;
  }
}
