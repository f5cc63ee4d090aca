import { median } from '../observe/statistics.js';
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
  if (flood === undefined) return `alone:   ${figures}`;
  const refused = Object.entries(flood.refused).map(([code, count]) => `${code} ${count}`);
  return `flooded: ${figures}; flood: ${flood.accepted} of ${flood.attempts} taken, ${refused.join(', ')}`;
}

export interface NoisyFigures {
  readonly aloneP50Ms: number;
  readonly aloneP99Ms: number;
  readonly floodedP50Ms: number;
  readonly floodedP99Ms: number;
  /** Medians of the turns, flooded to alone. */
  readonly p99Ratio: number;
  readonly cpuRatio: number;
  readonly floodAttempts: number;
  readonly floodAccepted: number;
  /** What the limit and the bursts allow in all flooded turns together. */
  readonly floodAllowed: number;
}

export function figuresOf({ turns }: NoisyRun, options: NoisyOptions): NoisyFigures {
  const alone = turns.filter(({ flood }) => flood === undefined);
  const flooded = turns.filter(({ flood }) => flood !== undefined);
  const middle = (list: readonly NoisyTurn[], read: (turn: NoisyTurn) => number) =>
    median(list.map(read));
  const floods = flooded.flatMap(({ flood }) => (flood === undefined ? [] : [flood]));
  const aloneP99Ms = middle(alone, ({ ack }) => ack.p99Ms);
  const floodedP99Ms = middle(flooded, ({ ack }) => ack.p99Ms);
  const { limit, seconds, logic } = options;
  const burst = 2 * limit;
  return {
    aloneP50Ms: middle(alone, ({ ack }) => ack.p50Ms),
    aloneP99Ms,
    floodedP50Ms: middle(flooded, ({ ack }) => ack.p50Ms),
    floodedP99Ms,
    p99Ratio: floodedP99Ms / aloneP99Ms,
    cpuRatio: middle(flooded, serverCpu) / middle(alone, serverCpu),
    floodAttempts: floods.reduce((sum, { attempts }) => sum + attempts, 0),
    floodAccepted: floods.reduce((sum, { accepted }) => sum + accepted, 0),
    // Each turn begins with a full bucket; every node may grant a burst more. A second for the end of a turn.
    floodAllowed: flooded.length * (limit * (seconds + 1) + burst + logic * burst),
  };
}

/** What must hold whatever the machine does; empty: nothing was wrong. */
export function wrongs({ turns, verdict }: NoisyRun, figures: NoisyFigures): string[] {
  const found: string[] = [];
  for (const [what, count] of verdict.findings) found.push(`${what}: ${count}`);
  for (const { errors } of turns) {
    for (const [code, count] of Object.entries(errors)) found.push(`refused ${code}: ${count}`);
  }
  const hintless = turns.reduce((sum, { flood }) => sum + (flood?.hintless ?? 0), 0);
  if (hintless > 0) found.push(`refusals of the flood without a hint: ${hintless}`);
  if (figures.floodAccepted > figures.floodAllowed) {
    found.push(`the flood had ${figures.floodAccepted}, more than ${figures.floodAllowed}`);
  }
  return found;
}

export function describeFigures(figures: NoisyFigures): string {
  const { aloneP50Ms, aloneP99Ms, floodedP50Ms, floodedP99Ms, p99Ratio, cpuRatio } = figures;
  return [
    `medians of the turns: alone p50 ${aloneP50Ms.toFixed(1)} p99 ${aloneP99Ms.toFixed(1)} ms, ` +
      `flooded p50 ${floodedP50Ms.toFixed(1)} p99 ${floodedP99Ms.toFixed(1)} ms`,
    `ratio of p99 ${p99Ratio.toFixed(2)}, of server CPU ${cpuRatio.toFixed(2)}`,
    `the flood had ${figures.floodAccepted} of ${figures.floodAttempts}, at most ${figures.floodAllowed} allowed`,
  ].join('\n');
}
