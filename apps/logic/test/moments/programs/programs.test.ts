import { longRun, queryRows, testSeed } from '@queqiao/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { programs } from './any-program.js';
import { cutDown } from './cuts.js';
import { placeWithoutJobs, type MomentPlace } from './moment-place.js';
import { MomentWorld } from './moment-world.js';
import { perform } from './perform.js';
import type { Program } from './program-steps.js';
import { readAll } from './reads.js';

const RUNS = longRun() ? 400 : 25;
const LIMIT_MS = longRun() ? 2_400_000 : 400_000;

/** How timelines come to posts makes no difference to what is shown. Spreads are what the database calls it. */
const APPS = [
  ['are written out to friends', { appId: 'small', settings: {}, spreads: [0] }],
  [
    'of who has more than two friends are found by their authors',
    { appId: 'big', settings: { maxFanOutFriends: 2 }, spreads: [0, 1] },
  ],
] as const;

const seed = testSeed();
let place: MomentPlace;

beforeAll(async () => {
  place = await placeWithoutJobs();
});
afterAll(() => place.close());

/** What was done and what was wrong with it, or nothing. */
async function failureOf(at: MomentPlace, { friends, steps }: Program): Promise<string> {
  const world = await MomentWorld.open(at, friends);
  try {
    for (const step of steps) await perform(world, step);
    await readAll(world);
    return '';
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [...world.lines, reason].join('\n');
  }
}

/** Of a program that fails. */
async function shortestFailure(at: MomentPlace, { friends, steps }: Program): Promise<string> {
  const fails = async (program: Program) => (await failureOf(at, program)) !== '';
  const fewSteps = await cutDown(steps, (some) => fails({ friends, steps: some }));
  const few = await cutDown(friends, (some) => fails({ friends: some, steps: fewSteps }));
  const failure = await failureOf(at, { friends: few, steps: fewSteps });
  return failure === '' ? 'a program has failed that does not fail again' : failure;
}

/** Posts of the app, by how timelines come to them. */
async function spreadsOf({ rig, app }: MomentPlace): Promise<Map<number, number>> {
  const sql =
    'SELECT spread, COUNT(*) AS n FROM posts WHERE app_id = ? GROUP BY spread ORDER BY spread';
  const rows = await queryRows(rig.database.url, sql, [app.appId]);
  return new Map(rows.map((row) => [Number(row['spread']), Number(row['n'])]));
}

it.each(APPS)(
  'everybody is shown what the plain rules say, whatever was done, when posts %s',
  async (_how, { appId, settings, spreads }) => {
    const at = { ...place, app: await place.rig.createApp(appId, settings) };
    const property = fc.asyncProperty(programs, async (program) => {
      return (await failureOf(at, program)) === '';
    });
    const { counterexample, numRuns } = await fc.check(property, {
      seed,
      numRuns: RUNS,
      endOnFailure: true,
    });
    const made = await spreadsOf(at);
    const counts = [...made].map(([spread, posts]) => `${posts} of spread ${spread}`).join(', ');
    console.log(`programs: TEST_SEED=${seed}, ${numRuns} programs, posts: ${counts}`);
    expect(counterexample === null ? '' : await shortestFailure(at, counterexample[0])).toBe('');
    expect([...made.keys()]).toEqual(spreads);
  },
  LIMIT_MS,
);
