import { keyOf, written, type HistoryInput } from '../history-input.js';

/** Every operation has ended, and everything worked again in time after each fault. */
export function* liveness({ history }: HistoryInput): Generator<string> {
  for (const record of written(history)) {
    if (record.endedAt === undefined) yield `${keyOf(record)} never ended`;
  }
  for (const { endedAt, userId, conversationId, change } of history.ownChanges) {
    if (endedAt === undefined) yield `${userId}'s ${change.kind} in ${conversationId} never ended`;
  }
  for (const mark of history.marks) {
    if (mark.endedAt === undefined) {
      yield `${mark.userId}'s mark ${mark.seq} in ${mark.conversationId} never ended`;
    }
  }
  for (const { endedAt, userId, conversationId, change } of history.memberships) {
    if (endedAt === undefined) yield `${userId}'s ${change} of ${conversationId} never ended`;
  }
  for (const { what, tookMs, limitMs } of history.recoveries) {
    if (tookMs === undefined) yield `${what}: never`;
    else if (tookMs > limitMs) yield `${what}: after ${tookMs} ms, later than ${limitMs}`;
  }
}
