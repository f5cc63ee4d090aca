import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadShape } from './load-options.js';
import type { LoadTarget } from './load-target.js';
import { between, snapshot, type Observed, type Watched } from './observe/snapshot.js';
import { latencyOf, type Latency } from './observe/statistics.js';
import { storedMessages } from './verify/stored-messages.js';
import { verify, type StoredMessage, type Verdict } from './verify/verify.js';
import type { LoadUser, PhasePlan, PhaseResult, WorkerLog } from './worker/worker-protocol.js';
import type { WorkerSetup } from './worker/worker-protocol.js';
import { WorkerPool } from './worker-pool.js';

export interface Measurement {
  readonly acknowledged: number;
  readonly seconds: number;
  /** Of the warm-up too. */
  readonly errors: Readonly<Record<string, number>>;
  readonly ack: Latency;
  readonly delivery: Latency;
  readonly deliveries: number;
  /** By how much the latest send of a fixed rate missed its time; 0 in a closed loop. */
  readonly latestMs: number;
  readonly observed: Observed;
  readonly verdict: Verdict;
}

/** What one run left behind to be judged. */
export interface Evidence {
  readonly logs: readonly WorkerLog[];
  readonly table: readonly StoredMessage[];
}

/** Pushes that come twice come late: a little time for them, and for what follows a push, before anything is counted. */
const SETTLE_MS = 500;

/** One run of the load against a target: signs in, warms up, measures, verifies. */
export async function measure(
  target: LoadTarget,
  load: LoadShape,
): Promise<Measurement & { readonly evidence: Evidence }> {
  const pool = await WorkerPool.open(await setupsFor(target, load));
  try {
    const warmed = load.warmup > 0 ? await pool.run(warmUp(load)) : [];
    const watched = withGenerator(target.watched, pool);
    const before = await snapshot(watched, 'before');
    target.toggleProfiles();
    const results = await pool.run(measuredPlan(load));
    await sleep(SETTLE_MS);
    target.toggleProfiles();
    const after = await snapshot(watched, 'after');
    const logs = await pool.finish();
    const conversations = logs.flatMap((log) => log.conversations);
    const table = await storedMessages(target.mysqlUrl, target.appId, conversations);
    return {
      ...summary(results),
      errors: errorsOf([...warmed, ...results]),
      observed: between(watched, before, after),
      verdict: verify(logs, table),
      evidence: { logs, table },
    };
  } finally {
    pool.close();
  }
}

async function setupsFor(target: LoadTarget, load: LoadShape): Promise<WorkerSetup[]> {
  const run = `load${randomBytes(4).toString('hex')}`;
  return Promise.all(
    Array.from({ length: load.workers }, async (_, worker) => {
      const prefix = `${run}.${worker}`;
      const share = (total: number): number =>
        Math.floor(total / load.workers) + (worker < total % load.workers ? 1 : 0);
      const userIds = Array.from(
        { length: share(load.pairs) * 2 },
        (_unused, user) => `${prefix}.u${user}`,
      );
      return {
        prefix,
        urls: target.socketUrls,
        users: await Promise.all(userIds.map((userId) => userOf(target, userId))),
        devicesPerUser: load.devices,
        groups: share(load.groups),
        groupSize: load.groupSize,
        textBytes: load.textBytes,
      };
    }),
  );
}

async function userOf(target: LoadTarget, userId: string): Promise<LoadUser> {
  return { userId, token: await target.token(userId) };
}

/** A closed loop, whatever is measured: it opens every conversation and lets the code get compiled. */
function warmUp({ warmup, inFlight, workers }: LoadShape): PhasePlan {
  return { messages: warmup, inFlight: inFlight ?? Math.max(workers, 50) };
}

function measuredPlan({ messages, seconds, inFlight, rate }: LoadShape): PhasePlan {
  return {
    ...(messages === undefined ? {} : { messages }),
    ...(seconds === undefined ? {} : { seconds }),
    ...(inFlight === undefined ? {} : { inFlight }),
    ...(rate === undefined ? {} : { rate }),
  };
}

function withGenerator(watched: Watched, pool: WorkerPool): Watched {
  const generators = pool.pids.map((pid, index) => ({
    kind: 'generator' as const,
    name: `generator-${index + 1}`,
    pid,
  }));
  return { ...watched, processes: [...watched.processes, ...generators] };
}

function errorsOf(results: readonly PhaseResult[]): Record<string, number> {
  const errors: Record<string, number> = {};
  for (const result of results) {
    for (const [code, count] of Object.entries(result.errors)) {
      errors[code] = (errors[code] ?? 0) + count;
    }
  }
  return errors;
}

function summary(results: readonly PhaseResult[]) {
  const startedMs = Math.min(...results.map((result) => result.startedMs));
  const lastAckMs = Math.max(...results.map((result) => result.lastAckMs));
  return {
    acknowledged: results.reduce((sum, { acknowledged }) => sum + acknowledged, 0),
    seconds: Math.max(1, lastAckMs - startedMs) / 1_000,
    ack: latencyOf(results.map(({ ackMs }) => ackMs)),
    delivery: latencyOf(results.map(({ deliveryMs }) => deliveryMs)),
    deliveries: results.reduce((sum, { deliveryMs }) => sum + deliveryMs.length, 0),
    latestMs: Math.max(...results.map((result) => result.latestMs)),
  };
}
