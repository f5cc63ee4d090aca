import type { HistoryInput } from '../history-input.js';

/** Without new traffic every online device reached the newest entry in time. */
export function* tail({ history }: HistoryInput): Generator<string> {
  for (const { device, conversationId, reached, lastSeq, waitedMs, limitMs } of history.tails) {
    const what = `${device}: ${conversationId} ${reached} of ${lastSeq} after ${waitedMs} ms`;
    if (reached < lastSeq) yield what;
    else if (waitedMs > limitMs) yield `${what}, later than ${limitMs}`;
  }
}
