import { Entry } from '@queqiao/protocol/client';
import { describe, expect, it } from 'vitest';
import { ReplicaLog } from './replica.js';

function log(...arrivals: number[]) {
  const surfaced: number[] = [];
  const replica = new ReplicaLog({
    surfaced: ({ seq }) => surfaced.push(seq),
    passed: () => undefined,
  });
  for (const seq of arrivals) replica.add(Entry.fromPartial({ seq }), 'push');
  return { replica, surfaced };
}

describe('ReplicaLog', () => {
  it('surfaces by seq, each once, whatever the order of arrival', () => {
    const { replica, surfaced } = log(2, 1, 2, 4, 1, 3, 3);
    expect(surfaced).toEqual([1, 2, 3, 4]);
    expect(replica.hasGap).toBe(false);
  });

  it('holds what is above a gap', () => {
    const { replica, surfaced } = log(1, 3, 4);
    expect(surfaced).toEqual([1]);
    expect(replica).toMatchObject({ high: 1, known: 4, hasGap: true });
  });

  it('passes over what will never be shown, but not over a gap before it', () => {
    const { replica, surfaced } = log(5);
    replica.pass({ fromSeq: 3, toSeq: 4 });
    expect(surfaced).toEqual([]);
    replica.pass({ fromSeq: 1, toSeq: 4 });
    expect(surfaced).toEqual([5]);
    expect(replica.high).toBe(5);
  });
});
