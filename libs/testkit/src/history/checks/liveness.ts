import { keyOf, type HistoryInput } from '../history-input.js';

/** Every operation has ended, and everything worked again in time after each fault. */
export function* liveness({ history }: HistoryInput): Generator<string> {
  for (const send of history.sends) {
    if (send.endedAt === undefined) yield `${keyOf(send)} never ended`;
  }
  for (const mark of history.marks) {
    if (mark.endedAt === undefined) {
      yield `${mark.userId}'s mark ${mark.seq} in ${mark.conversationId} never ended`;
    }
  }
  for (const { what, tookMs, limitMs } of history.recoveries) {
    if (tookMs === undefined) yield `${what}: never`;
    else if (tookMs > limitMs) yield `${what}: after ${tookMs} ms, later than ${limitMs}`;
  }
}
