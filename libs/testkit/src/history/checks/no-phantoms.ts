import { Sender_Kind } from '@queqiao/protocol/client';
import { allEntries, isRefused, keyOf, keyOfEntry, type HistoryInput } from '../history-input.js';

/** What was refused for good, or never sent, is not stored. Devices are held to the table by the check of agreement. */
export function* noPhantoms({ history, table }: HistoryInput): Generator<string> {
  const wanted = new Map<string, boolean>();
  for (const send of history.sends) {
    wanted.set(keyOf(send), wanted.get(keyOf(send)) === true || !isRefused(send));
  }
  for (const entry of allEntries(table)) {
    if (entry.clientMsgId === '' || entry.sender?.kind !== Sender_Kind.USER) continue;
    const key = keyOfEntry(entry);
    const known = wanted.get(key);
    if (known === undefined) yield `nobody sent ${key}`;
    else if (!known) yield `${key} was refused, and is stored as ${entry.seq}`;
  }
}
