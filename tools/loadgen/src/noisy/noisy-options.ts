import { parseArgs } from 'node:util';
import { assignments } from '../load-options.js';
import { FLOOD_KINDS, type FloodKind } from './flood-calls.js';

export const NOISY_USAGE = `npm run loadgen -- noisy [options]

One app floods at ten times its limit through several connections while another one sends at its pace, in turns with times in
which that one is alone and in which the first does just what its limit allows: what the flood does to the acknowledgements of the
other app. A throw-away system, from the bundles (npm run build).

  --limit N            messages per second that the flooding app may send (default 50)
  --times N            how many times that it tries, at least 2 (default 10)
  --sockets N          its connections (default 20)
  --flood KINDS        what it floods with, a turn each: messages, changes (of groups, friends, profiles), or both (default)
  --rate N             messages per second of the other app (default 100)
  --pairs N            its senders, each with a receiver (default 20)
  --seconds N          of each turn, at most 30 (default 10)
  --repeat N           turns of each kind of flood, each after one alone and one at the limit, at most 20 (default 5)
  --warm-up N          seconds of each kind of flood that come first, without a limit, at most 60 (default 12)
  --connect N --logic N          nodes (default 1 and 1)
  --logic-env K=V                environment of the logic nodes, repeatable
  --json               the figures as JSON on standard output, instead of the table
`;

export interface NoisyOptions {
  readonly limit: number;
  readonly times: number;
  readonly sockets: number;
  readonly flood: readonly FloodKind[];
  readonly rate: number;
  readonly pairs: number;
  readonly seconds: number;
  readonly repeat: number;
  readonly warmUp: number;
  readonly connect: number;
  readonly logic: number;
  readonly logicEnv: Readonly<Record<string, string>>;
  readonly json: boolean;
}

const number = (fallback: string) => ({ type: 'string', default: fallback }) as const;

const OPTIONS = {
  limit: number('50'),
  times: number('10'),
  sockets: number('20'),
  flood: { type: 'string', default: FLOOD_KINDS.join(',') },
  rate: number('100'),
  pairs: number('20'),
  seconds: number('10'),
  repeat: number('5'),
  'warm-up': number('12'),
  connect: number('1'),
  logic: number('1'),
  'logic-env': { type: 'string', multiple: true, default: [] as string[] },
  json: { type: 'boolean', default: false },
} as const;

/** Throws an error whose message is for the person who typed. */
export function parseNoisyOptions(args: readonly string[]): NoisyOptions {
  const { values } = parseArgs({
    args: [...args],
    options: OPTIONS,
  });
  const read = (
    name: Exclude<keyof typeof OPTIONS, 'json' | 'flood' | 'logic-env'>,
    max: number,
    min = 1,
  ): number => {
    const value = Number(values[name]);
    if (Number.isInteger(value) && value >= min && value <= max) return value;
    throw new Error(`--${name} takes a whole number from ${min} to ${max}`);
  };
  return {
    limit: read('limit', 10_000),
    times: read('times', 1_000, 2),
    sockets: read('sockets', 1_000),
    flood: floodKinds(values.flood),
    rate: read('rate', 10_000),
    pairs: read('pairs', 10_000),
    seconds: read('seconds', 30),
    repeat: read('repeat', 20),
    warmUp: read('warm-up', 60),
    connect: read('connect', 8),
    logic: read('logic', 8),
    logicEnv: assignments('logic-env', values['logic-env']),
    json: values.json,
  };
}

function floodKinds(text: string): FloodKind[] {
  return text.split(',').map((name) => {
    const kind = FLOOD_KINDS.find((each) => each === name);
    if (kind === undefined) throw new Error(`--flood takes ${FLOOD_KINDS.join(', ')}`);
    return kind;
  });
}
