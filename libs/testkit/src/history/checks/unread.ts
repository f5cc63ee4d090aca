import type { Entry } from '@queqiao/protocol/client';
import { wasMember, type HistoryInput, type Membership } from '../history-input.js';

/** At rest every device shows, for every conversation, the countable entries of others above the read cursor; zero too. */
export function* unread({ history, table, members }: HistoryInput): Generator<string> {
  for (const { device, userId, unread: shown } of history.rests) {
    for (const [conversationId, entries] of table) {
      const membership = members.get(conversationId)?.get(userId);
      if (membership === undefined || entries.length === 0) continue;
      const expected = countAbove(entries, userId, membership);
      const count = shown.get(conversationId);
      if (count === undefined) yield `${device} reports nothing for ${conversationId}`;
      else if (count < 0) yield `${device} reports ${count} for ${conversationId}`;
      else if (count !== expected) {
        yield `${device} reports ${count} for ${conversationId}, not ${expected}`;
      }
    }
  }
}

function countAbove(entries: readonly Entry[], userId: string, membership: Membership): number {
  let count = 0;
  for (const [index, { seq, ordinal, sender }] of entries.entries()) {
    const countable = ordinal > (entries[index - 1]?.ordinal ?? 0);
    const unseen = seq > membership.readSeq && wasMember(membership, seq);
    if (countable && unseen && sender?.id !== userId) count += 1;
  }
  return count;
}
