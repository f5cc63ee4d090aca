import { describe, expect, it } from 'vitest';
import { countViolations, formatRows, p99, type Row } from './row.js';

const none = { lost: 0, duplicated: 0, gaps: 0, others: 0 };

function row(changes: Partial<Row>): Row {
  const about = { fault: 'kill connect', operations: 10, acknowledged: 9, limitMs: 10_000 };
  return { ...about, ...none, ackMs: 100, caughtUpMs: 200, returnedMs: [], ...changes };
}

describe('p99', () => {
  it('is the value that 99 of 100 do not exceed', () => {
    expect(p99([])).toBeUndefined();
    expect(p99([3, 1, 2])).toBe(3);
    expect(p99(Array.from({ length: 100 }, (_, index) => 100 - index))).toBe(99);
  });
});

describe('the table', () => {
  it('adds up what is of one fault, and shows the worst of its times', () => {
    const [, line] = formatRows([
      row({ ackMs: 1_500, returnedMs: [100, 900], lost: 1 }),
      row({ caughtUpMs: 2_500, returnedMs: [2_400] }),
    ]).split('\n');
    expect(line?.trim().split(/ {2,}/)).toEqual([
      'kill connect',
      '2',
      '20',
      '18',
      '1',
      '0',
      '0',
      '0',
      '1.50 s',
      '2.50 s',
      '2.40 s',
      '10 s',
    ]);
  });

  it('says never, and leaves out who returned when nobody had left', () => {
    const [, line] = formatRows([row({ ackMs: undefined }), row({})]).split('\n');
    expect(line?.trim().split(/ {2,}/).slice(8)).toEqual(['never', '0.20 s', '-', '10 s']);
  });
});

it('counts violations by what they mean to a user', () => {
  const of = (...guarantees: Parameters<typeof countViolations>[0][number]['guarantee'][]) =>
    countViolations(guarantees.map((guarantee) => ({ guarantee, what: '' })));
  expect(of('no loss', 'tail')).toEqual({ ...none, lost: 2 });
  expect(of('no duplicates', 'no gaps', 'order')).toEqual({ ...none, duplicated: 1, gaps: 2 });
  expect(of('changes', 'replicas', 'liveness')).toEqual({ ...none, others: 3 });
});
