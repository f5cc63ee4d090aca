import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault, Scene } from '../fault.js';
import { cutAnswers } from './cuts.js';
import { floodStalled } from './flood.js';
import { noticed } from './silence.js';

type Way = 'up' | 'down';

/** Links notice a silent peer after 6 s, and what is sent meanwhile has to arrive while the hole is still open. */
const HOLE_MS = { quick: 20_000, long: 25_000 };
const ANSWERS_SHARE = 0.01;

async function blackHole({ rig, broken, holdMs }: Scene, ways: readonly Way[]): Promise<void> {
  const { link } = rig.choices.pick(rig.logic);
  const each = (swallow: boolean): void => ways.forEach((way) => link.blackHole(way, swallow));
  await noticed(rig, async () => {
    each(true);
    await broken(() => sleep(holdMs)).finally(() => each(false));
  });
}

function hole(name: string, quick: boolean, ...ways: readonly Way[]): Fault {
  return {
    name,
    quick,
    recoverMs: 10_000,
    during: 'acks',
    servedMeanwhile: true,
    socketsStay: true,
    lastsMs: HOLE_MS,
    run: (scene) => blackHole(scene, ways),
  };
}

async function loseAnswers({ rig, broken, holdMs }: Scene): Promise<void> {
  const undo = rig.connect.map(({ door }) => cutAnswers(door, rig.choices, ANSWERS_SHARE));
  await broken(() => sleep(holdMs)).finally(() => undo.forEach((each) => each()));
}

export const networkFaults: readonly Fault[] = [
  hole('connect → logic black hole', true, 'up'),
  hole('logic → connect black hole', false, 'down'),
  hole('connect ↔ logic black hole', false, 'up', 'down'),
  {
    name: 'links cut',
    quick: true,
    recoverMs: 10_000,
    during: 'any',
    socketsStay: true,
    run: ({ rig }) => {
      for (const { link } of rig.logic) link.cutAll();
      return Promise.resolve();
    },
  },
  { name: 'answers cut', quick: true, recoverMs: 10_000, during: 'acks', run: loseAnswers },
  {
    name: 'everybody reconnects',
    quick: true,
    recoverMs: 60_000,
    during: 'any',
    run: ({ rig }) => {
      for (const { door } of rig.connect) door.cutAll();
      return Promise.resolve();
    },
  },
  {
    name: 'a tenth stops reading',
    quick: true,
    recoverMs: 10_000,
    during: 'acks',
    run: floodStalled,
  },
];
