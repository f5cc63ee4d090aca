import { parseArgs } from 'node:util';
import { MAX_SOCKET_CALLS } from './worker/load-socket.js';

export const USAGE = `npm run loadgen -- [options]

Load
  --in-flight N        closed loop: N calls are kept in flight (default 200)
  --rate N             instead: N messages per second, whatever the answers do
  --messages N         end after N messages
  --seconds N          end after N seconds (default 10 when neither is given)
  --warmup N           messages before anything is measured (default 3000)
  --pairs N            senders, each with a receiver (default: as many as are in flight, 100 with --rate)
  --devices N          devices of every user (default 1)
  --groups N           groups beside the pairs, written to in turn with them (default 0)
  --group-size N       members of each (default 20)
  --text-bytes N       length of every message (default 100)
  --workers N          processes that make the load (default 1)

A throw-away system, from the bundles (npm run build)
  --connect N --logic N          nodes (default 1 and 1)
  --redo-log-mb N                redo log of its database (default 256)
  --logic-env K=V --connect-env K=V   environment of the nodes, repeatable
  --profile DIR                  CPU profiles of the nodes into DIR, and the functions that took most
  --compare-batch-1              the same load with append transactions of one message, in turns with the normal one
  --compare-logic-env K=V --compare-connect-env K=V   the same load with this environment, in turns too, repeatable
  --repeat N                     runs of each (default 3 when comparing, else 1)

A running system instead
  --socket URL         address of the sockets, repeatable
  --mysql URL          its database, to verify against
  --app ID --key-file FILE       app, and JSON with keyId and keySecret (base64, HS256) (default demo, .data/demo-app.json)
  --watch KIND:NAME=PID          whose CPU time to read, repeatable; KIND is connect, logic, database or redis
  --metrics KIND=URL   operations address of a node, repeatable; KIND is connect or logic

  --json               the measurements as JSON on standard output, instead of the table
`;

export interface LoadShape {
  readonly inFlight: number | undefined;
  readonly rate: number | undefined;
  readonly messages: number | undefined;
  readonly seconds: number | undefined;
  readonly warmup: number;
  readonly pairs: number;
  readonly devices: number;
  readonly groups: number;
  readonly groupSize: number;
  readonly textBytes: number;
  readonly workers: number;
}

export interface OwnSystem {
  readonly connect: number;
  readonly logic: number;
  readonly redoLogMb: number;
  readonly logicEnv: Readonly<Record<string, string>>;
  readonly connectEnv: Readonly<Record<string, string>>;
  readonly profileDir: string | undefined;
}

/** What the second of two compared variants has more in the environment of its nodes. */
export interface OtherVariant {
  readonly name: string;
  readonly logicEnv: Readonly<Record<string, string>>;
  readonly connectEnv: Readonly<Record<string, string>>;
}

export interface RunningSystem {
  readonly sockets: readonly string[];
  readonly mysqlUrl: string;
  readonly appId: string;
  readonly keyFile: string;
  readonly watch: readonly string[];
  readonly metrics: readonly string[];
}

export interface LoadOptions {
  readonly load: LoadShape;
  readonly system: { readonly own: OwnSystem } | { readonly running: RunningSystem };
  /** Set: every run is followed by one with this environment as well. */
  readonly other: OtherVariant | undefined;
  readonly repeat: number;
  readonly json: boolean;
}

const text = (fallback: string) => ({ type: 'string', default: fallback }) as const;
const optionalText = { type: 'string' } as const;
const list = { type: 'string', multiple: true, default: [] as string[] } as const;
const flag = { type: 'boolean', default: false } as const;

const SPEC = {
  'in-flight': optionalText,
  rate: optionalText,
  messages: optionalText,
  seconds: optionalText,
  warmup: text('3000'),
  pairs: optionalText,
  devices: text('1'),
  groups: text('0'),
  'group-size': text('20'),
  'text-bytes': text('100'),
  workers: text('1'),
  connect: text('1'),
  logic: text('1'),
  'redo-log-mb': text('256'),
  'logic-env': list,
  'connect-env': list,
  profile: optionalText,
  'compare-batch-1': flag,
  'compare-logic-env': list,
  'compare-connect-env': list,
  repeat: optionalText,
  socket: list,
  mysql: optionalText,
  app: text('demo'),
  'key-file': text('.data/demo-app.json'),
  watch: list,
  metrics: list,
  json: flag,
} as const;

/** Throws an error whose message is for the person who typed. */
export function parseLoadOptions(args: readonly string[]): LoadOptions {
  const values = readArguments(args);
  const other = parseOther(values);
  const running = values.socket.length > 0;
  if (running && (other !== undefined || values.profile !== undefined)) {
    throw new Error('to compare and to profile need a system of its own');
  }
  return {
    load: parseLoad(values),
    system: running ? { running: parseRunning(values) } : { own: parseOwn(values) },
    other,
    repeat: number('repeat', values.repeat ?? (other === undefined ? '1' : '3'), 1),
    json: values.json,
  };
}

function readArguments(args: readonly string[]) {
  return parseArgs({ args: [...args], options: SPEC }).values;
}

type Values = ReturnType<typeof readArguments>;

function parseLoad(values: Values): LoadShape {
  const rate = optional('rate', values.rate);
  const given = optional('in-flight', values['in-flight']);
  if (rate !== undefined && given !== undefined) {
    throw new Error('--rate and --in-flight exclude each other');
  }
  const inFlight = rate === undefined ? (given ?? 200) : undefined;
  const messages = optional('messages', values.messages);
  const seconds = optional('seconds', values.seconds) ?? (messages === undefined ? 10 : undefined);
  const workers = number('workers', values.workers, 1);
  const pairs = optional('pairs', values.pairs) ?? inFlight ?? 100;
  if (pairs < workers) throw new Error('every worker needs at least one pair');
  if (inFlight !== undefined && inFlight < workers) {
    throw new Error('every worker needs at least one call in flight');
  }
  if ((inFlight ?? 0) > pairs * MAX_SOCKET_CALLS) {
    throw new Error(`a pair can have at most ${MAX_SOCKET_CALLS} calls in flight: more --pairs`);
  }
  return {
    inFlight,
    rate,
    messages,
    seconds,
    pairs,
    workers,
    warmup: number('warmup', values.warmup, 0),
    devices: number('devices', values.devices, 1),
    groups: number('groups', values.groups, 0),
    groupSize: number('group-size', values['group-size'], 2),
    textBytes: number('text-bytes', values['text-bytes'], 1),
  };
}

function parseOwn(values: Values): OwnSystem {
  return {
    connect: number('connect', values.connect, 1),
    logic: number('logic', values.logic, 1),
    redoLogMb: number('redo-log-mb', values['redo-log-mb'], 16),
    logicEnv: assignments('logic-env', values['logic-env']),
    connectEnv: assignments('connect-env', values['connect-env']),
    profileDir: values.profile,
  };
}

function parseOther(values: Values): OtherVariant | undefined {
  const batch1: Record<string, string> = values['compare-batch-1']
    ? { QUEQIAO_APPEND_MAX_BATCH: '1' }
    : {};
  const logicEnv = {
    ...batch1,
    ...assignments('compare-logic-env', values['compare-logic-env']),
  };
  const connectEnv = assignments('compare-connect-env', values['compare-connect-env']);
  const parts = Object.entries({ ...logicEnv, ...connectEnv }).map(
    ([key, value]) => `${key}=${value}`,
  );
  return parts.length === 0 ? undefined : { name: parts.join(' '), logicEnv, connectEnv };
}

function parseRunning(values: Values): RunningSystem {
  if (values.mysql === undefined) throw new Error('--socket needs --mysql, to verify against');
  return {
    sockets: values.socket,
    mysqlUrl: values.mysql,
    appId: values.app,
    keyFile: values['key-file'],
    watch: values.watch,
    metrics: values.metrics,
  };
}

function optional(name: string, given: string | undefined): number | undefined {
  return given === undefined ? undefined : number(name, given, 1);
}

function number(name: string, given: string, least: number): number {
  const value = Number(given);
  if (!Number.isInteger(value) || value < least) {
    throw new Error(`--${name} takes a whole number from ${least}`);
  }
  return value;
}

export function assignments(name: string, given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((each) => {
      const at = each.indexOf('=');
      if (at < 1) throw new Error(`--${name} takes NAME=VALUE`);
      return [each.slice(0, at), each.slice(at + 1)];
    }),
  );
}
