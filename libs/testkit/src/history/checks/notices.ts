import type { Entry } from '@queqiao/protocol/client';
import type { HistoryInput } from '../history-input.js';
import type { Stays } from '../stays.js';

/** Of each join and leave that was acknowledged the log tells exactly once, however often it was asked for. */
export function* notices({ table }: HistoryInput, stays: Stays): Generator<string> {
  for (const { conversationId, userId, records } of stays.pairs) {
    const told = records.filter((record) => record.told === true);
    if (told.length === 0) continue;
    const entries = table.get(conversationId) ?? [];
    for (const change of ['join', 'leave'] as const) {
      const asked = told.filter((record) => record.change === change);
      const done = asked.filter(({ outcome }) => outcome === 'done').length;
      const count = entries.filter((entry) => tells(entry, change).includes(userId)).length;
      if (count >= done && count <= asked.length) continue;
      yield `${conversationId} tells ${count} times of a ${change} of ${userId}, not ${done}`;
    }
  }
}

function tells({ content }: Entry, change: 'join' | 'leave'): readonly string[] {
  const body = content?.body;
  if (change === 'join') return body?.$case === 'membersJoined' ? body.value.userIds : [];
  return body?.$case === 'membersLeft' ? body.value.userIds : [];
}
