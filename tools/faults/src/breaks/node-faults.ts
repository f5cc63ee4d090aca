import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault, Scene } from '../fault.js';
import type { FaultRig } from '../rig.js';
import { noticed } from './silence.js';

const HOUR_MS = 3_600_000;
/** A lease is 15 s. */
const BEYOND_THE_LEASE_MS = 17_000;
const STOP_LIMIT_MS = 45_000;

type Node = FaultRig['logic'][number] | FaultRig['connect'][number];

const anyConnect = ({ rig }: Scene): Node => rig.choices.pick(rig.connect);
const anyLogic = ({ rig }: Scene): Node => rig.choices.pick(rig.logic);

/** The others have to do without it for a while. */
async function kill({ process }: Node, { healed, broken, holdMs }: Scene): Promise<void> {
  await process.kill();
  healed();
  await broken(() => sleep(holdMs));
  await process.start();
}

/** SIGTERM: it has to end by itself, with 0, before a pod's grace is over. */
async function drain({ process }: Node): Promise<void> {
  const begunMs = Date.now();
  await process.stop(STOP_LIMIT_MS);
  const tookMs = Date.now() - begunMs;
  if (process.exitCode !== 0 || tookMs >= STOP_LIMIT_MS) {
    throw new Error(`${process.name} ended with ${process.exitCode} after ${tookMs} ms`);
  }
}

async function drainOne(node: Node, { healed, broken }: Scene): Promise<void> {
  await broken(() => drain(node));
  healed();
  await node.process.start();
}

async function drainAll({ rig, broken }: Scene): Promise<void> {
  await broken(async () => {
    for (const node of [...rig.logic, ...rig.connect]) {
      await drain(node);
      await node.process.start();
    }
  });
}

async function freeze({ process }: Node, { broken, holdMs }: Scene): Promise<void> {
  process.pause();
  await broken(() => sleep(holdMs)).finally(() => process.resume());
}

async function allLogicAway({ rig, broken, healed, holdMs }: Scene): Promise<void> {
  await Promise.all(rig.logic.map(({ process }) => process.kill()));
  await broken(() => sleep(holdMs));
  await Promise.all(rig.logic.map(({ process }) => process.start()));
  healed();
}

async function wrongClock(node: Node, offsetMs: number, scene: Scene): Promise<void> {
  const { process } = node;
  await scene.broken(async () => {
    await process.kill();
    await process.start({ QUEQIAO_TEST_CLOCK_OFFSET_MS: String(offsetMs) });
    await sleep(scene.holdMs);
  });
  await process.kill();
  await process.start();
}

export const nodeFaults: readonly Fault[] = [
  {
    name: 'kill connect',
    quick: true,
    recoverMs: 10_000,
    p99Ms: 3_000,
    during: 'acks',
    run: (scene) => kill(anyConnect(scene), scene),
  },
  {
    name: 'kill logic',
    quick: true,
    recoverMs: 5_000,
    during: 'acks',
    socketsStay: true,
    run: (scene) => kill(anyLogic(scene), scene),
  },
  {
    name: 'drain connect',
    quick: true,
    recoverMs: 10_000,
    during: 'acks',
    run: (scene) => drainOne(anyConnect(scene), scene),
  },
  {
    name: 'drain logic',
    quick: true,
    recoverMs: 5_000,
    during: 'acks',
    socketsStay: true,
    run: (scene) => drainOne(anyLogic(scene), scene),
  },
  { name: 'rolling restart', quick: false, recoverMs: 10_000, during: 'acks', run: drainAll },
  {
    name: 'freeze connect beyond its lease',
    quick: false,
    recoverMs: 10_000,
    during: 'acks',
    lastsMs: { quick: BEYOND_THE_LEASE_MS, long: BEYOND_THE_LEASE_MS },
    run: (scene) => freeze(anyConnect(scene), scene),
  },
  {
    name: 'freeze connect',
    quick: true,
    recoverMs: 10_000,
    during: 'acks',
    run: (scene) => freeze(anyConnect(scene), scene),
  },
  {
    name: 'freeze logic beyond its lease',
    quick: false,
    // Links notice after 6 s; locks that it held are given up after 10 s, and whoever waits for one tries again.
    recoverMs: 15_000,
    during: 'acks',
    servedMeanwhile: true,
    socketsStay: true,
    lastsMs: { quick: 25_000, long: 30_000 },
    run: (scene) => noticed(scene.rig, () => freeze(anyLogic(scene), scene)),
  },
  {
    name: 'freeze logic',
    quick: true,
    recoverMs: 5_000,
    during: 'acks',
    socketsStay: true,
    run: (scene) => freeze(anyLogic(scene), scene),
  },
  {
    name: 'all logic away',
    quick: true,
    recoverMs: 5_000,
    during: 'none',
    socketsStay: true,
    run: allLogicAway,
  },
  {
    name: 'all logic away for 30 s',
    quick: false,
    recoverMs: 5_000,
    during: 'none',
    socketsStay: true,
    lastsMs: { quick: 30_000, long: 30_000 },
    run: allLogicAway,
  },
  {
    name: 'clock of logic an hour ahead',
    quick: true,
    recoverMs: 10_000,
    during: 'acks',
    socketsStay: true,
    run: (scene) => wrongClock(anyLogic(scene), HOUR_MS, scene),
  },
  {
    name: 'clock of logic an hour behind',
    quick: false,
    recoverMs: 10_000,
    during: 'acks',
    socketsStay: true,
    run: (scene) => wrongClock(anyLogic(scene), -HOUR_MS, scene),
  },
  {
    name: 'clock of connect an hour ahead',
    quick: false,
    recoverMs: 10_000,
    during: 'acks',
    run: (scene) => wrongClock(anyConnect(scene), HOUR_MS, scene),
  },
  {
    name: 'clock of connect an hour behind',
    quick: false,
    recoverMs: 10_000,
    during: 'acks',
    run: (scene) => wrongClock(anyConnect(scene), -HOUR_MS, scene),
  },
];
