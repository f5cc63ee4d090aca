import { setTimeout as sleep } from 'node:timers/promises';
import { TestCluster, type TestApp } from '@queqiao/testkit';
import { NEVER_LIMITED, PRODUCTION, watchCluster } from '../load-target.js';
import { between, snapshot, type Observed, type Watched } from '../observe/snapshot.js';
import { latencyOf, type Latency } from '../observe/statistics.js';
import { storedMessages } from '../verify/stored-messages.js';
import { verify, type Verdict } from '../verify/verify.js';
import { WorkerPool } from '../worker-pool.js';
import type { FloodKind } from './flood-calls.js';
import { FloodProcess } from './flood-process.js';
import type { FloodResult } from './flooder.js';
import type { NoisyOptions } from './noisy-options.js';

/** One turn of the app that keeps its pace. */
export interface NoisyTurn {
  readonly ack: Latency;
  /** What that was made of, in milliseconds. */
  readonly ackMs: readonly Float64Array[];
  readonly acknowledged: number;
  readonly errors: Readonly<Record<string, number>>;
  /** By how much the latest send missed its time. */
  readonly latestMs: number;
  readonly observed: Observed;
  /** Undefined: it was alone. */
  readonly flood: (FloodResult & Neighbour) | undefined;
}

/** What the other app does in a turn. */
export interface Neighbour {
  readonly kind: FloodKind;
  /** As much as its limit, which it may; or that times as much. */
  readonly times: number;
}

export interface NoisyRun {
  readonly turns: readonly NoisyTurn[];
  readonly verdict: Verdict;
}

const WARM_UP = 2_000;
/** Of each kind of flood: what a server does for the first time takes it longer than what it does all day. */
const WARM_UP_PER_SECOND = 250;
/** Every node knows of the limit by then. */
const LIMIT_SEEN_MS = 6_000;

export async function runNoisy(
  options: NoisyOptions,
  say: (turn: NoisyTurn) => void,
): Promise<NoisyRun> {
  const cluster = await TestCluster.start({
    connect: options.connect,
    logic: options.logic,
    ownDatabase: true,
    mysql: { redoLogMb: 256 },
    logicEnv: { ...PRODUCTION, ...options.logicEnv },
    connectEnv: PRODUCTION,
  });
  const closers: (() => void)[] = [];
  try {
    const steady = await openSteady(cluster, options);
    closers.push(() => steady.pool.close());
    const flood = await openFlood(cluster, options);
    closers.push(() => flood.process.close());
    await steady.pool.run({ messages: WARM_UP, inFlight: 20 });
    await warmUp(cluster, flood, options);
    const turns: NoisyTurn[] = [];
    for (const neighbour of turnsOf(options)) {
      const flooding = neighbour && { ...neighbour, process: flood.process };
      turns.push(await takeTurn(options, steady.pool, watchCluster(cluster), flooding));
      say(turns.at(-1) as NoisyTurn);
    }
    const logs = await steady.pool.finish();
    const conversations = logs.flatMap((log) => log.conversations);
    const table = await storedMessages(cluster.database.url, steady.app.appId, conversations);
    return { turns, verdict: verify(logs, table) };
  } finally {
    for (const close of closers) close();
    await cluster.stop({ keepLogs: cluster.crashes.length > 0 });
  }
}

/** Each flood follows a time in which the other app does what it may, and that one a time in which it does nothing. */
function turnsOf({ flood, repeat, times }: NoisyOptions): (Neighbour | undefined)[] {
  const round = flood.flatMap((kind) => [undefined, { kind, times: 1 }, { kind, times }]);
  return Array.from({ length: repeat }, () => round).flat();
}

async function takeTurn(
  { seconds, rate, limit }: NoisyOptions,
  pool: WorkerPool,
  watched: Watched,
  flood: (Neighbour & { readonly process: FloodProcess }) | undefined,
): Promise<NoisyTurn> {
  const before = await snapshot(watched, 'before');
  const [results, flooded] = await Promise.all([
    pool.run({ seconds, rate }),
    flood?.process.flood(flood.kind, seconds, limit * flood.times),
  ]);
  const after = await snapshot(watched, 'after');
  const [result] = results;
  const acks = results.map(({ ackMs }) => ackMs);
  return {
    ack: latencyOf(acks),
    ackMs: acks,
    acknowledged: result?.acknowledged ?? 0,
    errors: result?.errors ?? {},
    latestMs: result?.latestMs ?? 0,
    observed: between(watched, before, after),
    flood: flood && flooded && { ...flooded, kind: flood.kind, times: flood.times },
  };
}

async function openSteady(cluster: TestCluster, { pairs }: NoisyOptions) {
  const app = await cluster.createApp('steady');
  const setup = {
    prefix: 'steady',
    urls: cluster.socketUrls,
    users: await usersOf(app, pairs * 2),
    devicesPerUser: 1,
    groups: 0,
    groupSize: 1,
    textBytes: 100,
  };
  return { app, pool: await WorkerPool.open([setup]) };
}

/** Without limits at first. */
async function openFlood(cluster: TestCluster, { sockets }: NoisyOptions) {
  const app = await cluster.createApp('flooding', NEVER_LIMITED);
  const users = await usersOf(app, sockets);
  const setup = { urls: cluster.socketUrls, prefix: 'flood', users };
  return { app, process: await FloodProcess.open(setup) };
}

async function warmUp(
  cluster: TestCluster,
  { app, process }: Awaited<ReturnType<typeof openFlood>>,
  { flood, limit, warmUp: seconds }: NoisyOptions,
): Promise<void> {
  for (const kind of flood) await process.flood(kind, seconds, WARM_UP_PER_SECOND);
  await cluster.changeSettings(app, { appWritesPerSecond: limit });
  await sleep(LIMIT_SEEN_MS);
}

function usersOf(app: TestApp, count: number) {
  const userIds = Array.from({ length: count }, (_, n) => `${app.appId}.u${n}`);
  return Promise.all(
    userIds.map(async (userId) => ({ userId, token: await app.token(userId, 43_200) })),
  );
}
