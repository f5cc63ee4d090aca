import { beforeAll, expect, test } from 'vitest';
import { figuresOf, wrongs, type NoisyFigures } from '../src/noisy/noisy-report.js';
import { parseNoisyOptions } from '../src/noisy/noisy-options.js';
import { runNoisy, type NoisyRun } from '../src/noisy/run-noisy.js';

const options = parseNoisyOptions(
  '--limit 20 --sockets 4 --rate 20 --pairs 4 --seconds 2 --repeat 1 --warm-up 1'.split(' '),
);
let run: NoisyRun;
let figures: NoisyFigures;

beforeAll(async () => {
  run = await runNoisy(options, () => undefined);
  figures = figuresOf(run, options);
});

test('the app beside a flood is refused and loses nothing, and the flood has no more than its limit and bursts', () => {
  expect(wrongs(run, figures)).toEqual([]);
  expect(run.verdict.acknowledged).toBeGreaterThan(0);
});

test('each kind of flood follows a turn at the limit, and that one a turn alone', () => {
  const sorts = run.turns.map(({ flood }) => (flood ? `${flood.kind} ${flood.times}` : 'alone'));
  const of = (kind: string) => ['alone', `${kind} 1`, `${kind} 10`];
  expect(sorts).toEqual([...of('messages'), ...of('changes')]);
});

test.each([0, 1])('most of flood %i is refused, with a hint', (at) => {
  const { kind, attempts, accepted } = figures.floods[at] ?? {};
  expect(attempts).toBe(2 * 20 * 10);
  expect(accepted).toBeLessThan(200);
  const floods = run.turns.flatMap(({ flood }) => flood ?? []);
  const flood = floods.find((each) => each.kind === kind && each.times === 10);
  expect(flood?.refused['RATE_LIMITED']).toBeGreaterThan(100);
  expect(flood?.hintless).toBe(0);
});

test('what must not be is reported: a flood that had too much, an app that was refused', () => {
  const [turn] = run.turns;
  if (turn === undefined) throw new Error('no turn');
  const refused = {
    ...run,
    turns: [{ ...turn, errors: { RATE_LIMITED: 3 } }, ...run.turns.slice(1)],
  };
  expect(wrongs(refused, figures)).toEqual(['refused RATE_LIMITED: 3']);
  const floods = figures.floods.map((flood) => ({ ...flood, accepted: flood.allowed + 1 }));
  expect(wrongs(run, { ...figures, floods })).toHaveLength(2);
});
