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
  const refused = Object.entries(flood.refused).map(([code, count]) => `, ${code} ${count}`);
  const { kind, times, accepted, attempts } = flood;
  return `${kind}, ${times} × limit: ${figures}; of them ${accepted} of ${attempts} taken${refused.join('')}`;
}

/** Of turns of one sort. */
export interface AckFigures {
  /** Medians of the turns. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of the acknowledgements of all turns together, which no single pause of the machine decides. */
  readonly allP99Ms: number;
  readonly serverCpuSeconds: number;
}

/** What a flood moved, as ratios. */
export interface Moved {
  readonly p99: number;
  readonly allP99: number;
  readonly serverCpu: number;
}

export interface FloodFigures {
  readonly kind: FloodKind;
  /** While the other app did as much as it may, and while it tried to do more. */
  readonly atLimit: AckFigures;
  readonly flooded: AckFigures;
  readonly toAlone: Moved;
  readonly toLimit: Moved;
  readonly attempts: number;
  readonly accepted: number;
  /** What the limit and the bursts allow in all floods of the kind together. */
  readonly allowed: number;
  /** Of what the other app did at its limit: none, unless the generator itself stood still and made up for it. */
  readonly refusedAtLimit: number;
}

export interface NoisyFigures {
  readonly alone: AckFigures;
  readonly floods: readonly FloodFigures[];
}

export function figuresOf({ turns }: NoisyRun, options: NoisyOptions): NoisyFigures {
  const alone = ackFigures(turns.filter(({ flood }) => flood === undefined));
  return { alone, floods: options.flood.map((kind) => floodFigures(kind, alone, turns, options)) };
}

function ackFigures(turns: readonly NoisyTurn[]): AckFigures {
  return {
    p50Ms: median(turns.map(({ ack }) => ack.p50Ms)),
    p99Ms: median(turns.map(({ ack }) => ack.p99Ms)),
    allP99Ms: latencyOf(turns.flatMap(({ ackMs }) => ackMs)).p99Ms,
    serverCpuSeconds: median(turns.map(serverCpu)),
  };
}

const moved = (flooded: AckFigures, before: AckFigures): Moved => ({
  p99: flooded.p99Ms / before.p99Ms,
  allP99: flooded.allP99Ms / before.allP99Ms,
  serverCpu: flooded.serverCpuSeconds / before.serverCpuSeconds,
});

function floodFigures(
  kind: FloodKind,
  alone: AckFigures,
  all: readonly NoisyTurn[],
  { limit, seconds, logic }: NoisyOptions,
): FloodFigures {
  const turns = all.filter(({ flood }) => flood?.kind === kind);
  const isFlood = ({ flood }: NoisyTurn): boolean => (flood?.times ?? 0) > 1;
  const floods = turns.filter(isFlood);
  const lawful = turns.filter((turn) => !isFlood(turn));
  const [atLimit, flooded] = [ackFigures(lawful), ackFigures(floods)];
  const burst = 2 * limit;
  return {
    kind,
    atLimit,
    flooded,
    toAlone: moved(flooded, alone),
    toLimit: moved(flooded, atLimit),
    attempts: total(floods, (flood) => flood.attempts),
    accepted: total(floods, (flood) => flood.accepted),
    // Each turn begins with a full bucket; every node may grant a burst more. A second for the end of a turn.
    allowed: floods.length * (limit * (seconds + 1) + burst + logic * burst),
    refusedAtLimit: total(lawful, ({ refused }) =>
      Object.values(refused).reduce((sum, count) => sum + count, 0),
    ),
  };
}

const total = (
  turns: readonly NoisyTurn[],
  read: (flood: NonNullable<NoisyTurn['flood']>) => number,
): number => turns.reduce((sum, { flood }) => sum + (flood ? read(flood) : 0), 0);

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

export function describeFigures({ alone, floods }: NoisyFigures): string {
  const lines = [`medians of the turns, servers by turn: alone ${describeAcks(alone)}`];
  for (const one of floods) {
    lines.push(
      `${one.kind} at the limit: ${describeAcks(one.atLimit)}; refused ${one.refusedAtLimit}`,
      `flooded with ${one.kind}: ${describeAcks(one.flooded)}; the flood had ${one.accepted} of ${one.attempts}, at most ${one.allowed} allowed`,
      `  to what it was alone: ${describeMoved(one.toAlone)}`,
      `  to what it was at the limit: ${describeMoved(one.toLimit)}`,
    );
  }
  return lines.join('\n');
}

const describeAcks = ({ p50Ms, p99Ms, allP99Ms, serverCpuSeconds }: AckFigures): string =>
  `p50 ${p50Ms.toFixed(1)} p99 ${p99Ms.toFixed(1)} ms, of all ${allP99Ms.toFixed(1)} ms, ${serverCpuSeconds.toFixed(2)} CPU-s`;

const describeMoved = ({ p99, allP99, serverCpu: cpu }: Moved): string =>
  `p99 × ${p99.toFixed(2)}, of all × ${allP99.toFixed(2)}, server CPU × ${cpu.toFixed(2)}`;
