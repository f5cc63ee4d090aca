import { setTimeout as sleep } from 'node:timers/promises';
import { flushRedis, queryRows } from '@queqiao/testkit';
import type { Fault, Scene } from '../fault.js';
import { cutAfterCommit, cutBeforeCommit } from './cuts.js';

async function killDatabase({ rig, broken, holdMs }: Scene): Promise<void> {
  await rig.mysql.kill();
  await broken(() => sleep(holdMs));
  await rig.mysql.start();
}

async function stopDatabase({ rig, broken, holdMs }: Scene): Promise<void> {
  await rig.mysql.kill('SIGTERM');
  await broken(() => sleep(holdMs));
  await rig.mysql.start();
}

async function freezeDatabase({ rig, broken, holdMs }: Scene): Promise<void> {
  rig.mysql.pause();
  await broken(() => sleep(holdMs)).finally(() => rig.mysql.resume());
}

async function readOnly({ rig, broken, holdMs }: Scene): Promise<void> {
  await queryRows(rig.mysql.rootUrl, 'SET GLOBAL read_only = 1');
  try {
    await broken(() => sleep(holdMs));
  } finally {
    await queryRows(rig.mysql.rootUrl, 'SET GLOBAL read_only = 0');
  }
}

const COMMIT_SHARE = 0.2;

/** While the database refuses or loses some commits, the others go through. */
async function cutCommits(scene: Scene, cut: typeof cutAfterCommit): Promise<void> {
  const { rig, broken, holdMs } = scene;
  const undo = cut(rig.database, rig.choices, COMMIT_SHARE);
  await broken(() => sleep(holdMs)).finally(undo);
}

export const databaseFaults: readonly Fault[] = [
  {
    name: 'kill database',
    quick: true,
    recoverMs: 5_000,
    during: 'none',
    socketsStay: true,
    run: killDatabase,
  },
  {
    name: 'restart database',
    quick: false,
    recoverMs: 5_000,
    during: 'none',
    socketsStay: true,
    run: stopDatabase,
  },
  {
    name: 'freeze database',
    quick: false,
    recoverMs: 10_000,
    during: 'none',
    socketsStay: true,
    run: freezeDatabase,
  },
  {
    name: 'database read-only',
    quick: true,
    recoverMs: 10_000,
    during: 'none',
    socketsStay: true,
    run: readOnly,
  },
  {
    name: 'cut after COMMIT',
    quick: true,
    recoverMs: 5_000,
    during: 'acks',
    socketsStay: true,
    run: (scene) => cutCommits(scene, cutAfterCommit),
  },
  {
    name: 'cut before COMMIT',
    quick: false,
    recoverMs: 5_000,
    during: 'acks',
    socketsStay: true,
    run: (scene) => cutCommits(scene, cutBeforeCommit),
  },
];

export const redisFaults: readonly Fault[] = [
  {
    name: 'Redis FLUSHALL',
    quick: true,
    recoverMs: 15_000,
    during: 'acks',
    socketsStay: true,
    run: async ({ rig, broken, healed, holdMs }) => {
      await flushRedis(rig.cluster.redis.url);
      healed();
      await broken(() => sleep(holdMs));
    },
  },
  {
    name: 'kill Redis',
    quick: true,
    recoverMs: 15_000,
    during: 'acks',
    socketsStay: true,
    run: async ({ rig, broken, holdMs }) => {
      await rig.cluster.redis.kill();
      await broken(() => sleep(holdMs));
      await rig.cluster.redis.start();
    },
  },
  {
    name: 'restart Redis',
    quick: false,
    recoverMs: 15_000,
    during: 'acks',
    socketsStay: true,
    run: async ({ rig, broken, healed, holdMs }) => {
      await rig.cluster.redis.restart();
      healed();
      await broken(() => sleep(holdMs));
    },
  },
  {
    name: 'freeze Redis',
    quick: true,
    recoverMs: 15_000,
    during: 'acks',
    socketsStay: true,
    run: async ({ rig, broken, holdMs }) => {
      rig.cluster.redis.pause();
      await broken(() => sleep(holdMs)).finally(() => rig.cluster.redis.resume());
    },
  },
];
