import { Sender_Kind } from '@queqiao/protocol/client';
import {
  allEntries,
  isRefused,
  keyOf,
  keyOfEntry,
  written,
  type HistoryInput,
} from '../history-input.js';

/**
 * What was refused for good or was never sent is not stored. What was said to change nothing may be: an earlier attempt that a
 * broken line held back can come later, and change something then. Devices are held to the table by the check of agreement.
 */
export function* noPhantoms({ history, table }: HistoryInput): Generator<string> {
  const wanted = new Map<string, boolean>();
  for (const record of written(history)) {
    const key = keyOf(record);
    const may = !isRefused(record);
    wanted.set(key, wanted.get(key) === true || may);
  }
  for (const entry of allEntries(table)) {
    if (entry.clientMsgId === '' || entry.sender?.kind !== Sender_Kind.USER) continue;
    const key = keyOfEntry(entry);
    const known = wanted.get(key);
    if (known === undefined) yield `nobody sent ${key}`;
    else if (!known) yield `${key} was refused, and is stored as ${entry.seq}`;
  }
}
