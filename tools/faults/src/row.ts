import type { Guarantee, Violation } from '@queqiao/testkit';

/** What one fault did to the operations that were under way around it. */
export interface Row {
  readonly fault: string;
  readonly operations: number;
  readonly acknowledged: number;
  readonly lost: number;
  readonly duplicated: number;
  readonly gaps: number;
  /** Violations of other guarantees. */
  readonly others: number;
  /**
   * From healing to the first acknowledgement of a message begun after it. Where the others had to serve meanwhile: how long
   * the slowest message took.
   */
  readonly ackMs: number | undefined;
  /** From healing, or as above from any second, until every device had what was stored at that moment. */
  readonly caughtUpMs: number | undefined;
  /** The same of each device that had lost its connection. */
  readonly returnedMs: readonly number[];
  readonly limitMs: number;
}

const COLUMNS: Partial<Record<Guarantee, 'lost' | 'duplicated' | 'gaps'>> = {
  'no loss': 'lost',
  tail: 'lost',
  'no duplicates': 'duplicated',
  'no gaps': 'gaps',
  'no skip': 'gaps',
  order: 'gaps',
};

export function countViolations(violations: readonly Violation[]) {
  const counts = { lost: 0, duplicated: 0, gaps: 0, others: 0 };
  for (const { guarantee } of violations) counts[COLUMNS[guarantee] ?? 'others'] += 1;
  return counts;
}

/** The rows as a table for a terminal, the same fault's times together. */
export function formatRows(rows: readonly Row[]): string {
  const names = [...new Set(rows.map(({ fault }) => fault))].sort();
  const lines = names.map((name) => {
    const same = rows.filter(({ fault }) => fault === name);
    const sum = (of: (row: Row) => number): number => same.reduce((all, row) => all + of(row), 0);
    return [
      name,
      String(same.length),
      String(sum((row) => row.operations)),
      String(sum((row) => row.acknowledged)),
      String(sum((row) => row.lost)),
      String(sum((row) => row.duplicated)),
      String(sum((row) => row.gaps)),
      String(sum((row) => row.others)),
      seconds(same.map((row) => row.ackMs)),
      seconds(same.map((row) => row.caughtUpMs)),
      returned(same),
      `${(same[0]?.limitMs ?? 0) / 1_000} s`,
    ];
  });
  const head =
    'fault|times|operations|acknowledged|lost|duplicated|gaps|other|acks after|all devices|p99 returned|limit';
  return aligned([head.split('|'), ...lines]);
}

/** The value that 99 of 100 do not exceed; undefined when there is none. */
export function p99(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.99) - 1];
}

function returned(rows: readonly Row[]): string {
  const ms = p99(rows.flatMap(({ returnedMs }) => returnedMs));
  return ms === undefined ? '-' : seconds([ms]);
}

/** The worst of them. */
function seconds(values: readonly (number | undefined)[]): string {
  if (values.includes(undefined)) return 'never';
  return `${(Math.max(...values.map((value) => value ?? 0)) / 1_000).toFixed(2)} s`;
}

function aligned(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, at) =>
    Math.max(...lines.map((line) => line[at]?.length ?? 0)),
  );
  return lines
    .map((line) =>
      line
        .map((cell, at) =>
          at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0),
        )
        .join('  '),
    )
    .join('\n');
}
