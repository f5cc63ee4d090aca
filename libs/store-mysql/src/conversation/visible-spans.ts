import type { Stint } from '@queqiao/domain';

/**
 * The stints of a member without what the member cleared and deleted for oneself, as stints again: what holds for the parts
 * of a log from before a join holds for these. `hidden` is ascending.
 */
export function visibleSpans(
  stints: readonly Stint[],
  clearedSeq: number,
  hidden: readonly number[],
): Stint[] {
  return stints.flatMap(({ joinedSeq, leftSeq }) => {
    const spans: Stint[] = [];
    let from = Math.max(joinedSeq, clearedSeq);
    for (const seq of hidden) {
      if (seq <= from || (leftSeq !== null && seq > leftSeq)) continue;
      if (seq - 1 > from) spans.push({ joinedSeq: from, leftSeq: seq - 1 });
      from = seq;
    }
    if (leftSeq === null || leftSeq > from) spans.push({ joinedSeq: from, leftSeq });
    return spans;
  });
}
