import { latencyOf, median } from '../observe/statistics.js';
import type { FloodKind } from './flood-calls.js';
import type { NoisyOptions } from './noisy-options.js';
import type { NoisyRun, NoisyTurn } from './run-noisy.js';

/** CPU seconds of all servers in one turn. */
export function serverCpu({ observed }: NoisyTurn): number {
  return observed.cpu.reduce((sum, { seconds }) => sum + seconds, 0);
}

export function describeTurn(turn: NoisyTurn): string {
  const { ack, acknowledged, flood } = turn;
  const figures =
    `${acknowledged} acknowledged, ack p50 ${ack.p50Ms.toFixed(1)} p99 ${ack.p99Ms.toFixed(1)} ` +
    `max ${ack.maxMs.toFixed(1)} ms, servers ${serverCpu(turn).toFixed(2)} CPU-s`;
  if (flood === undefined) return `alone: ${figures}`;
  const refused = Object.entries(flood.refused).map(([code, count]) => `${code} ${count}`);
  return `${flood.kind}: ${figures}; flood: ${flood.accepted} of ${flood.attempts} taken, ${refused.join(', ')}`;
}

export interface FloodFigures {
  readonly kind: FloodKind;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of the medians, flooded to alone. */
  readonly p99Ratio: number;
  /** Median of the ratios of a flood to the turn before it. */
  readonly p99PairRatio: number;
  /** Of the acknowledgements of all turns together, and its ratio to that of all turns alone: steadier than those of single turns. */
  readonly allP99Ms: number;
  readonly allP99Ratio: number;
  readonly cpuRatio: number;
  readonly attempts: number;
  readonly accepted: number;
  /** What the limit and the bursts allow in all turns of the kind together. */
  readonly allowed: number;
}

export interface NoisyFigures {
  readonly aloneP50Ms: number;
  readonly aloneP99Ms: number;
  readonly aloneAllP99Ms: number;
  readonly floods: readonly FloodFigures[];
}

const middle = (turns: readonly NoisyTurn[], read: (turn: NoisyTurn) => number) =>
  median(turns.map(read));

const together = (turns: readonly NoisyTurn[]) =>
  latencyOf(turns.flatMap(({ ackMs }) => ackMs)).p99Ms;

export function figuresOf({ turns }: NoisyRun, options: NoisyOptions): NoisyFigures {
  const alone = turns.filter(({ flood }) => flood === undefined);
  return {
    aloneP50Ms: middle(alone, ({ ack }) => ack.p50Ms),
    aloneP99Ms: middle(alone, ({ ack }) => ack.p99Ms),
    aloneAllP99Ms: together(alone),
    floods: options.flood.map((kind) => floodFigures(kind, turns, options)),
  };
}

function floodFigures(
  kind: FloodKind,
  turns: readonly NoisyTurn[],
  { limit, seconds, logic }: NoisyOptions,
): FloodFigures {
  const alone = turns.filter(({ flood }) => flood === undefined);
  const flooded = turns.filter(({ flood }) => flood?.kind === kind);
  const floods = flooded.flatMap(({ flood }) => (flood === undefined ? [] : [flood]));
  const p99Ms = middle(flooded, ({ ack }) => ack.p99Ms);
  const ratios = turns.flatMap((turn, at) => {
    const before = turns[at - 1];
    return turn.flood?.kind === kind && before ? [turn.ack.p99Ms / before.ack.p99Ms] : [];
  });
  const burst = 2 * limit;
  return {
    kind,
    p50Ms: middle(flooded, ({ ack }) => ack.p50Ms),
    p99Ms,
    p99Ratio: p99Ms / middle(alone, ({ ack }) => ack.p99Ms),
    p99PairRatio: median(ratios),
    allP99Ms: together(flooded),
    allP99Ratio: together(flooded) / together(alone),
    cpuRatio: middle(flooded, serverCpu) / middle(alone, serverCpu),
    attempts: floods.reduce((sum, { attempts }) => sum + attempts, 0),
    accepted: floods.reduce((sum, { accepted }) => sum + accepted, 0),
    // Each turn begins with a full bucket; every node may grant a burst more. A second for the end of a turn.
    allowed: flooded.length * (limit * (seconds + 1) + burst + logic * burst),
  };
}

/** What must hold whatever the machine does; empty: nothing was wrong. */
export function wrongs({ turns, verdict }: NoisyRun, { floods }: NoisyFigures): string[] {
  const found: string[] = [];
  for (const [what, count] of verdict.findings) found.push(`${what}: ${count}`);
  for (const { errors } of turns) {
    for (const [code, count] of Object.entries(errors)) found.push(`refused ${code}: ${count}`);
  }
  const hintless = turns.reduce((sum, { flood }) => sum + (flood?.hintless ?? 0), 0);
  if (hintless > 0) found.push(`refusals of the flood without a hint: ${hintless}`);
  for (const { kind, accepted, allowed } of floods) {
    if (accepted === 0) found.push(`no ${kind} of the flood were taken`);
    if (accepted > allowed) found.push(`the flood had ${accepted} ${kind}, more than ${allowed}`);
  }
  return found;
}

export function describeFigures({ floods, ...alone }: NoisyFigures): string {
  const lines = floods.map(
    (one) =>
      `flooded with ${one.kind}: p50 ${one.p50Ms.toFixed(1)} p99 ${one.p99Ms.toFixed(1)} ms, of all ${one.allP99Ms.toFixed(1)} ms; ` +
      `ratio of p99 ${one.p99Ratio.toFixed(2)} (to the turn before ${one.p99PairRatio.toFixed(2)}, of all ` +
      `${one.allP99Ratio.toFixed(2)}), of server CPU ${one.cpuRatio.toFixed(2)}; ` +
      `the flood had ${one.accepted} of ${one.attempts}, at most ${one.allowed} allowed`,
  );
  const first =
    `medians of the turns: alone p50 ${alone.aloneP50Ms.toFixed(1)} p99 ${alone.aloneP99Ms.toFixed(1)} ms, ` +
    `of all ${alone.aloneAllP99Ms.toFixed(1)} ms`;
  return [first, ...lines].join('\n');
}
