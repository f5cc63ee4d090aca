import { describe, expect, it } from 'vitest';
import { FAULTS } from './fault-list.js';
import { holdOf, limitOf } from './fault.js';
import type { Row } from './row.js';
import { shortfalls, wantedFaults } from './run-list.js';

const row: Row = {
  fault: 'kill logic',
  operations: 60,
  acknowledged: 50,
  lost: 0,
  duplicated: 0,
  gaps: 0,
  others: 0,
  ackMs: 1,
  caughtUpMs: 1,
  returnedMs: [],
  limitMs: 1,
};

describe('what a run breaks', () => {
  it('is the quick list, the whole list, or what was named, of either', () => {
    const quick = wantedFaults({ quick: true, only: [] });
    expect(quick.length).toBeGreaterThan(10);
    expect(quick.every((fault) => fault.quick)).toBe(true);
    expect(wantedFaults({ quick: false, only: [] })).toEqual(FAULTS);
    const slow = 'all logic away for 30 s';
    expect(wantedFaults({ quick: true, only: [slow] }).map(({ name }) => name)).toEqual([slow]);
  });

  it('is refused when a name is not one', () => {
    expect(() => wantedFaults({ quick: false, only: ['kill logic', 'kill time'] })).toThrow(
      'there is no fault kill time',
    );
  });

  it('has a name of its own for each', () => {
    expect(new Set(FAULTS.map(({ name }) => name)).size).toBe(FAULTS.length);
  });

  it.each(['quick', 'long'] as const)('leaves others time to serve before it ends: %s', (mode) => {
    const open = FAULTS.filter(({ servedMeanwhile }) => servedMeanwhile);
    expect(open.length).toBeGreaterThan(2);
    const left = open.map((fault) => holdOf(fault, mode) - limitOf(fault, mode));
    expect(Math.min(...left)).toBeGreaterThanOrEqual(2_000);
  });
});

describe('what was not done', () => {
  it('is nothing when nothing was demanded', () => {
    expect([...shortfalls({ rows: [], complete: false }, 0)]).toEqual([]);
  });

  it('is too few acknowledgements, and a list with something missing', () => {
    expect([...shortfalls({ rows: [row, row], complete: true }, 100)]).toEqual([]);
    expect([...shortfalls({ rows: [row, row], complete: true }, 101)]).toEqual([
      '100 acknowledged, not 101',
    ]);
    expect([...shortfalls({ rows: [row, row], complete: false }, 100)]).toHaveLength(1);
  });
});
