import {
  placeOf,
  seqOf,
  wasMember,
  written,
  type HistoryInput,
  type Membership,
  type WrittenRecord,
} from '../history-input.js';
import { AT_REST, settledAt, type Stays } from '../stays.js';

const NOW = { begunAt: AT_REST, endedAt: AT_REST };

/**
 * Whoever joined or left may see exactly what was sent in between, as far as the order is certain, and is in or out by now as
 * the last one of them says.
 */
export function* visibility({ history, members }: HistoryInput, stays: Stays): Generator<string> {
  const byConversation = new Map<string, WrittenRecord[]>();
  for (const record of written(history)) {
    const records = byConversation.get(record.conversationId) ?? [];
    byConversation.set(record.conversationId, records);
    records.push(record);
  }
  for (const { conversationId, userId } of stays.pairs) {
    const membership = members.get(conversationId)?.get(userId);
    for (const record of byConversation.get(conversationId) ?? []) {
      const seq = seqOf(record);
      if (seq === undefined) continue;
      const who = `${userId} may`;
      const place = placeOf(conversationId, seq);
      const sees = wasMember(membership, seq);
      if (!sees && stays.surelyIn(conversationId, userId, record)) {
        yield `${who} not see ${place}, which was sent between join and leave`;
      }
      if (sees && !maySee(record, userId, stays)) {
        yield `${who} see ${place}, which was sent while that user was out`;
      }
    }
    yield* present(conversationId, userId, membership, stays);
  }
}

/** What was sent while one was out shows itself to who comes back later with the right to see everything. */
function maySee(record: WrittenRecord, userId: string, stays: Stays): boolean {
  const { conversationId, begunAt } = record;
  if (!stays.surelyOut(conversationId, userId, record)) return true;
  return stays
    .of(conversationId, userId)
    .some((each) => each.change === 'join' && each.fromStart === true && settledAt(each) > begunAt);
}

function* present(
  conversationId: string,
  userId: string,
  membership: Membership | undefined,
  stays: Stays,
): Generator<string> {
  const isIn = membership?.stints.some(({ leftSeq }) => leftSeq === Infinity) ?? false;
  const who = `${userId} is ${isIn ? 'in' : 'out of'} ${conversationId}`;
  if (isIn && stays.surelyOut(conversationId, userId, NOW)) yield `${who}, and left last`;
  if (!isIn && stays.surelyIn(conversationId, userId, NOW)) yield `${who}, and joined last`;
}
