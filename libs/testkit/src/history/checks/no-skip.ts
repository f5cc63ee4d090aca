import type { SurfacedEvent } from '../surfaced-log.js';
import { isVisible, type HistoryInput, type Membership } from '../history-input.js';

/** No device moves past an entry that its user may see: not by a later entry, not by a range said to be invisible, not by a cursor. */
export function* noSkip({ history, members }: HistoryInput): Generator<string> {
  for (const { device, userId, events } of history.logs) {
    const high = new Map<string, number>();
    for (const event of events) {
      const { conversationId } = event;
      const membership = members.get(conversationId)?.get(userId);
      const before = high.get(conversationId) ?? 0;
      const [from, to] = rangeOf(event, before);
      const skipped = firstVisible(membership, from, to);
      if (skipped !== undefined) {
        yield `${device}: a ${event.kind} moved past ${conversationId} ${skipped}`;
      }
      high.set(conversationId, Math.max(before, to, event.kind === 'entry' ? event.seq : 0));
    }
  }
}

/** What an event moves past without surfacing it, given that everything up to `high` is dealt with. */
function rangeOf(event: SurfacedEvent, high: number): readonly [from: number, to: number] {
  if (event.kind === 'entry') return [high + 1, event.seq - 1];
  if (event.kind === 'cursor') return [high + 1, event.seq];
  return [Math.max(high + 1, event.fromSeq), event.toSeq];
}

function firstVisible(
  membership: Membership | undefined,
  from: number,
  to: number,
): number | undefined {
  for (let seq = from; seq <= to; seq += 1) if (isVisible(membership, seq)) return seq;
  return undefined;
}
