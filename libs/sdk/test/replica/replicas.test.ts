import fc from 'fast-check';
import { expect, it } from 'vitest';
import { steps } from './steps.js';
import type { CrashingDevice } from '../rig/crashing-device.js';
import { World } from './world.js';

const LONG = process.env['TEST_LONG'] === '1';
const RUNS = LONG ? 3_000 : 100;
const LIMIT_MS = LONG ? 1_200_000 : 60_000;
/** What was printed, to run the same again. */
const given = Number.parseInt(process.env['TEST_SEED'] ?? '', 10);
const seed = Number.isSafeInteger(given) ? given : Math.floor(Math.random() * 2 ** 31);

function expectModel(world: World): void {
  expect(world.disagreements).toEqual([]);
  const { taken, meant } = world.compareIntents();
  expect(taken).toEqual(meant);
  for (const device of world.devices) {
    const { shown, wanted } = world.compare(device);
    expect({ device: device.id, ...shown }).toEqual({ device: device.id, ...wanted });
    expect(device.client.outbox()).toEqual([]);
  }
}

function expectAscending({ surfaced }: CrashingDevice): void {
  for (const seqs of surfaced.values()) {
    expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
  }
}

it(
  'all devices end with what the model says, whatever is done and whatever goes wrong',
  async () => {
    console.log(`replicas: TEST_SEED=${seed}`);
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const world = new World();
        for (const one of all) {
          await world.run(one);
          world.devices.forEach(expectAscending);
        }
        await world.heal();
        expectModel(world);
        for (const device of world.devices) device.restart();
        await world.scene.settle();
        await world.readAll();
        expectModel(world);
        for (const { client } of world.devices) client.stop();
        expect(world.scene.clock.pending).toBe(0);
      }),
      { seed, numRuns: RUNS },
    );
  },
  LIMIT_MS,
);
