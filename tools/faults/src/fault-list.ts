import { setTimeout as sleep } from 'node:timers/promises';
import type { Crowd } from '@queqiao/e2e';
import { flushRedis, queryRows } from '@queqiao/testkit';
import { cutAfterCommit, cutAnswers, cutBeforeCommit } from './cuts.js';
import { floodStalled } from './flood.js';
import type { FaultRig } from './rig.js';

export interface Scene {
  readonly rig: FaultRig;
  readonly crowd: Crowd;
  /** How long faults last that last, in milliseconds. */
  readonly holdMs: number;
  /** To be called at the moment from which recovery counts; without a call that is the end of the fault. */
  readonly healed: () => void;
}

export interface Fault {
  readonly name: string;
  /** From healing to the first acknowledgement and to every device having what was there when it was healed. */
  readonly recoverMs: number;
  /** Part of the quick run. */
  readonly quick: boolean;
  readonly run: (scene: Scene) => Promise<void>;
}

const HOUR_MS = 3_600_000;
/** A lease is 15 s. */
const BEYOND_THE_LEASE_MS = 17_000;
/** Links notice a silent peer after 6 s. */
const BEYOND_THE_HEARTBEAT_MS = 8_000;
const STOP_LIMIT_MS = 45_000;

type Node = FaultRig['logic'][number] | FaultRig['connect'][number];

async function kill({ process }: Node, scene: Scene): Promise<void> {
  await process.kill();
  scene.healed();
  await process.start();
}

/** SIGTERM: it has to end by itself, with 0, before a pod's grace is over. */
async function drain({ process }: Node, scene?: Scene): Promise<void> {
  const begunMs = Date.now();
  await process.stop(STOP_LIMIT_MS);
  const tookMs = Date.now() - begunMs;
  if (process.exitCode !== 0 || tookMs >= STOP_LIMIT_MS) {
    throw new Error(`${process.name} ended with ${process.exitCode} after ${tookMs} ms`);
  }
  scene?.healed();
  await process.start();
}

async function freeze(frozen: { pause(): void; resume(): void }, forMs: number): Promise<void> {
  frozen.pause();
  await sleep(forMs).finally(() => frozen.resume());
}

async function wrongClock({ process }: Node, offsetMs: number, holdMs: number): Promise<void> {
  await process.kill();
  await process.start({ QUEQIAO_TEST_CLOCK_OFFSET_MS: String(offsetMs) });
  await sleep(holdMs);
  await process.kill();
  await process.start();
}

async function blackHole({ rig }: Scene, ...ways: ('up' | 'down')[]): Promise<void> {
  const { link } = rig.choices.pick(rig.logic);
  for (const way of ways) link.blackHole(way, true);
  await sleep(BEYOND_THE_HEARTBEAT_MS);
  for (const way of ways) link.blackHole(way, false);
}

async function allLogicAway({ rig, healed }: Scene, forMs: number): Promise<void> {
  await Promise.all(rig.logic.map(({ process }) => process.kill()));
  await sleep(forMs);
  await Promise.all(rig.logic.map(({ process }) => process.start()));
  healed();
}

async function readOnly({ rig, holdMs }: Scene): Promise<void> {
  await queryRows(rig.mysql.rootUrl, 'SET GLOBAL read_only = 1');
  await sleep(holdMs);
  await queryRows(rig.mysql.rootUrl, 'SET GLOBAL read_only = 0');
}

async function during(holdMs: number, undo: readonly (() => void)[]): Promise<void> {
  await sleep(holdMs).finally(() => undo.forEach((each) => each()));
}

function fault(name: string, recoverMs: number, quick: boolean, run: Fault['run']): Fault {
  return { name, recoverMs, quick, run };
}

const nodeFaults = [
  fault('kill connect', 10_000, true, (s) => kill(s.rig.choices.pick(s.rig.connect), s)),
  fault('kill logic', 5_000, true, (s) => kill(s.rig.choices.pick(s.rig.logic), s)),
  fault('drain connect', 10_000, true, (s) => drain(s.rig.choices.pick(s.rig.connect), s)),
  fault('drain logic', 5_000, true, (s) => drain(s.rig.choices.pick(s.rig.logic), s)),
  fault('rolling restart', 10_000, false, async ({ rig }) => {
    for (const node of [...rig.logic, ...rig.connect]) await drain(node);
  }),
  fault('freeze connect beyond its lease', 10_000, false, ({ rig }) =>
    freeze(rig.choices.pick(rig.connect).process, BEYOND_THE_LEASE_MS),
  ),
  fault('freeze connect', 10_000, true, ({ rig, holdMs }) =>
    freeze(rig.choices.pick(rig.connect).process, holdMs),
  ),
  fault('freeze logic', 5_000, true, ({ rig, holdMs }) =>
    freeze(rig.choices.pick(rig.logic).process, holdMs),
  ),
  fault('all logic away', 5_000, true, (s) => allLogicAway(s, s.holdMs)),
  fault('all logic away for 30 s', 5_000, false, (s) => allLogicAway(s, 30_000)),
  fault('clock of logic an hour ahead', 10_000, true, ({ rig, holdMs }) =>
    wrongClock(rig.choices.pick(rig.logic), HOUR_MS, holdMs),
  ),
  fault('clock of logic an hour behind', 10_000, false, ({ rig, holdMs }) =>
    wrongClock(rig.choices.pick(rig.logic), -HOUR_MS, holdMs),
  ),
  fault('clock of connect an hour ahead', 10_000, false, ({ rig, holdMs }) =>
    wrongClock(rig.choices.pick(rig.connect), HOUR_MS, holdMs),
  ),
  fault('clock of connect an hour behind', 10_000, false, ({ rig, holdMs }) =>
    wrongClock(rig.choices.pick(rig.connect), -HOUR_MS, holdMs),
  ),
];

const databaseFaults = [
  fault('kill database', 5_000, true, async ({ rig }) => {
    await rig.mysql.kill();
    await sleep(1_000);
    await rig.mysql.start();
  }),
  fault('restart database', 5_000, true, ({ rig }) => rig.mysql.restart()),
  fault('freeze database', 10_000, false, ({ rig, holdMs }) => freeze(rig.mysql, holdMs)),
  fault('database read-only', 10_000, true, readOnly),
  fault('cut after COMMIT', 5_000, true, ({ rig, holdMs }) =>
    during(holdMs, [cutAfterCommit(rig.database, rig.choices, 0.2)]),
  ),
  fault('cut before COMMIT', 5_000, false, ({ rig, holdMs }) =>
    during(holdMs, [cutBeforeCommit(rig.database, rig.choices, 0.2)]),
  ),
];

const redisFaults = [
  fault('Redis FLUSHALL', 15_000, true, ({ rig }) => flushRedis(rig.cluster.redis.url)),
  fault('kill Redis', 15_000, true, async ({ rig, holdMs }) => {
    await rig.cluster.redis.kill();
    await sleep(holdMs);
    await rig.cluster.redis.start();
  }),
  fault('restart Redis', 15_000, false, ({ rig }) => rig.cluster.redis.restart()),
  fault('freeze Redis', 15_000, true, ({ rig, holdMs }) => freeze(rig.cluster.redis, holdMs)),
];

const networkFaults = [
  fault('connect → logic black hole', 10_000, true, (scene) => blackHole(scene, 'up')),
  fault('logic → connect black hole', 10_000, false, (scene) => blackHole(scene, 'down')),
  fault('connect ↔ logic black hole', 10_000, false, (scene) => blackHole(scene, 'up', 'down')),
  fault('links cut', 10_000, true, ({ rig }) => {
    for (const { link } of rig.logic) link.cutAll();
    return Promise.resolve();
  }),
  fault('answers cut', 10_000, true, ({ rig, holdMs }) =>
    during(
      holdMs,
      rig.connect.map(({ door }) => cutAnswers(door, rig.choices, 0.01)),
    ),
  ),
  fault('everybody reconnects', 60_000, true, ({ rig }) => {
    for (const { door } of rig.connect) door.cutAll();
    return Promise.resolve();
  }),
  fault('a tenth stops reading', 10_000, true, ({ rig, crowd, holdMs }) =>
    floodStalled(crowd, rig.choices, holdMs),
  ),
];

/** Everything that a run breaks; the bounds are those that the product promises. */
export const FAULTS: readonly Fault[] = [
  ...nodeFaults,
  ...databaseFaults,
  ...redisFaults,
  ...networkFaults,
];
