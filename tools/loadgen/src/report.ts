import type { Measurement } from './measure.js';
import { bucketsOf, countOf, meanOf } from './observe/histogram.js';
import { PROCESS_KINDS, type ProcessKind } from './observe/snapshot.js';
import { median } from './observe/statistics.js';

/** The numbers of a run that are compared between runs. */
export const FIGURES = {
  'messages/s': (run: Measurement) => run.acknowledged / run.seconds,
  'ack p50 ms': (run: Measurement) => run.ack.p50Ms,
  'ack p99 ms': (run: Measurement) => run.ack.p99Ms,
  'delivery p50 ms': (run: Measurement) => run.delivery.p50Ms,
  'delivery p99 ms': (run: Measurement) => run.delivery.p99Ms,
  'server CPU-s/1000': (run: Measurement) => serverCpuPer1000(run),
  '  connect': (run: Measurement) => cpuPer1000(run, 'connect'),
  '  logic': (run: Measurement) => cpuPer1000(run, 'logic'),
  '  database': (run: Measurement) => cpuPer1000(run, 'database'),
  '  redis': (run: Measurement) => cpuPer1000(run, 'redis'),
  'generator CPU-s/1000': (run: Measurement) => cpuPer1000(run, 'generator'),
  'entries/commit': (run: Measurement) => meanOf(run.observed.append),
  'commit mean ms': (run: Measurement) => run.observed.meanCommitMs,
  'items/frame up': (run: Measurement) => meanOf(run.observed.frames.connect),
  'items/frame down': (run: Measurement) => meanOf(run.observed.frames.logic),
} as const;

/** User and system CPU seconds of the processes of one kind per 1000 acknowledged messages. */
export function cpuPer1000(run: Measurement, kind: ProcessKind): number {
  const seconds = run.observed.cpu
    .filter((each) => each.kind === kind)
    .reduce((sum, each) => sum + each.seconds, 0);
  return (seconds * 1_000) / Math.max(1, run.acknowledged);
}

/** Everything but the generator. */
export function serverCpuPer1000(run: Measurement): number {
  return PROCESS_KINDS.filter((kind) => kind !== 'generator')
    .map((kind) => cpuPer1000(run, kind))
    .reduce((sum, each) => sum + each, 0);
}

/** One run in words. */
export function describeRun(run: Measurement): string {
  const { ack, delivery, observed } = run;
  const per1000 = (seconds: number) =>
    ((seconds * 1_000) / Math.max(1, run.acknowledged)).toFixed(4);
  const lines = [
    `${run.acknowledged} messages acknowledged in ${run.seconds.toFixed(2)} s: ` +
      `${(run.acknowledged / run.seconds).toFixed(0)}/s, ${run.deliveries} deliveries`,
    `ack       p50 ${ms(ack.p50Ms)}  p99 ${ms(ack.p99Ms)}  max ${ms(ack.maxMs)}`,
    `delivery  p50 ${ms(delivery.p50Ms)}  p99 ${ms(delivery.p99Ms)}  max ${ms(delivery.maxMs)}`,
    ...(run.latestMs > 0 ? [`latest send ${ms(run.latestMs)} behind its time`] : []),
    `CPU-s per 1000 messages: servers ${serverCpuPer1000(run).toFixed(4)}`,
    ...observed.cpu.map(({ name, seconds }) => `  ${name.padEnd(12)} ${per1000(seconds)}`),
    `append    ${countOf(observed.append)} batches, mean ${meanOf(observed.append).toFixed(1)} ` +
      `(${bucketsOf(observed.append)}); commit mean ${ms(observed.meanCommitMs)}`,
    `link up   items per frame: mean ${meanOf(observed.frames.connect).toFixed(1)} ` +
      `(${bucketsOf(observed.frames.connect)})`,
    `link down items per frame: mean ${meanOf(observed.frames.logic).toFixed(1)} ` +
      `(${bucketsOf(observed.frames.logic)})`,
    ...Object.entries(run.errors).map(([code, count]) => `error     ${code}: ${count}`),
    ...describeVerdict(run),
  ];
  return lines.join('\n');
}

export function passed(run: Measurement): boolean {
  return run.verdict.findings.size === 0 && Object.keys(run.errors).length === 0;
}

function describeVerdict({ verdict }: Measurement): string[] {
  const { acknowledged, delivered, storedUnacknowledged, findings, examples } = verdict;
  const counted = `${acknowledged} acknowledged (with warm-up), ${delivered} deliveries`;
  if (findings.size === 0) {
    const lost =
      storedUnacknowledged === 0 ? '' : `; ${storedUnacknowledged} stored without answer`;
    return [`verified  ${counted}: each in the table once and delivered once${lost}`];
  }
  return [
    `VERIFICATION FAILED: ${counted}`,
    ...[...findings].map(([finding, count]) => `  ${finding}: ${count}`),
    ...examples.map((example) => `  e.g. ${example}`),
  ];
}

/** Medians of several runs, and of two variants with their ratio, as a table in Markdown. */
export function describeMedians(
  variants: readonly { name: string; runs: Measurement[] }[],
): string {
  const head = [
    'median of the runs',
    ...variants.map(({ name, runs }) => `${name} (${runs.length}×)`),
  ];
  const withRatio = variants.length === 2;
  const rows = Object.entries(FIGURES).map(([figure, read]) => {
    const values = variants.map(({ runs }) => median(runs.map((run) => read(run))));
    const [a = NaN, b = NaN] = values;
    return [figure, ...values.map(significant), ...(withRatio ? [`${significant(a / b)}×`] : [])];
  });
  const all = [[...head, ...(withRatio ? ['ratio'] : [])], ...rows];
  const widths = all[0]?.map((_, column) =>
    Math.max(...all.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths?.[column] ?? 0)).join(' | ')} |`;
  const rule = `|${(widths ?? []).map((width) => '-'.repeat(width + 2)).join('|')}|`;
  const [first = [], ...rest] = all;
  return [line(first), rule, ...rest.map(line)].join('\n');
}

function ms(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 1)} ms`;
}

function significant(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(3))) : '-';
}
