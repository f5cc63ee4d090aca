import { longRun, testSeed } from '@queqiao/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { programs } from './any-program.js';
import { cutDown } from './cuts.js';
import { placeWithoutJobs, type MomentPlace } from './moment-place.js';
import { MomentWorld } from './moment-world.js';
import { perform } from './perform.js';
import type { Program } from './program-steps.js';
import { readAll } from './reads.js';

const RUNS = longRun() ? 400 : 40;
const LIMIT_MS = longRun() ? 2_400_000 : 400_000;

const seed = testSeed();
let place: MomentPlace;
let stepsDone = 0;

beforeAll(async () => {
  place = await placeWithoutJobs();
});
afterAll(() => place.close());

/** What was done and what was wrong with it, or nothing. */
async function failureOf({ friends, steps }: Program): Promise<string> {
  const world = await MomentWorld.open(place, friends);
  try {
    for (const step of steps) await perform(world, step);
    await readAll(world);
    stepsDone += world.lines.length;
    return '';
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [...world.lines, reason].join('\n');
  }
}

/** Of a program that fails. */
async function shortestFailure({ friends, steps }: Program): Promise<string> {
  const fails = async (program: Program) => (await failureOf(program)) !== '';
  const fewSteps = await cutDown(steps, (some) => fails({ friends, steps: some }));
  const few = await cutDown(friends, (some) => fails({ friends: some, steps: fewSteps }));
  const failure = await failureOf({ friends: few, steps: fewSteps });
  return failure === '' ? 'a program has failed that does not fail again' : failure;
}

it(
  'everybody is shown what the plain rules say, whatever was done',
  async () => {
    const property = fc.asyncProperty(programs, async (program) => {
      return (await failureOf(program)) === '';
    });
    const { counterexample, numRuns } = await fc.check(property, {
      seed,
      numRuns: RUNS,
      endOnFailure: true,
    });
    console.log(`programs: TEST_SEED=${seed}, ${stepsDone} steps in ${numRuns} programs`);
    expect(counterexample === null ? '' : await shortestFailure(counterexample[0])).toBe('');
  },
  LIMIT_MS,
);
