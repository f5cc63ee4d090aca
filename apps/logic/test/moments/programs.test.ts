import { longRun, testSeed } from '@queqiao/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { programs } from './any-program.js';
import { placeWithoutJobs, type MomentPlace } from './moment-place.js';
import { MomentWorld } from './moment-world.js';
import { perform } from './perform.js';
import type { Program } from './program-steps.js';
import { readAll } from './reads.js';

const RUNS = longRun() ? 400 : 40;
const LIMIT_MS = longRun() ? 1_200_000 : 240_000;

const seed = testSeed();
let place: MomentPlace;

beforeAll(async () => {
  place = await placeWithoutJobs();
});
afterAll(() => place.close());

let stepsDone = 0;

async function run({ friends, steps }: Program): Promise<void> {
  const world = await MomentWorld.open(place, friends);
  try {
    for (const step of steps) await perform(world, step);
    await readAll(world);
    stepsDone += world.lines.length;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`${world.lines.join('\n')}\n${reason}`, { cause: error });
  }
}

it(
  'everybody is shown what the plain rules say, whatever was done',
  async () => {
    const property = fc.asyncProperty(programs, run);
    const bounds = { interruptAfterTimeLimit: LIMIT_MS - 20_000, markInterruptAsFailure: true };
    const result = await fc.check(property, { seed, numRuns: RUNS, ...bounds });
    console.log(`programs: TEST_SEED=${seed}, ${stepsDone} steps in ${result.numRuns} programs`);
    const { errorInstance, numShrinks, failed } = result;
    const reason = errorInstance instanceof Error ? errorInstance.message : 'no time was left';
    expect(failed ? `after ${numShrinks} cuts:\n${reason}` : '').toBe('');
  },
  LIMIT_MS,
);
