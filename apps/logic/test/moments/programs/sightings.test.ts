import { expect, it } from 'vitest';
import { flawsOf, SightHistory } from './sightings.js';

const nothing = () => Promise.resolve();
const seen = [['p1', 'of ann']];

/** A read by bob during which something else happens. */
const during = (history: SightHistory, happens: () => Promise<unknown>) =>
  history.read('bob', 'p1', happens, () => seen);
const hide = (history: SightHistory) =>
  history.exclude('ann hides', [['bob', 'of ann']], () => nothing());

it('a history in which everything may have been seen has no flaw', async () => {
  const history = new SightHistory();
  await history.make('p1', nothing);
  await during(history, nothing);
  let hidden = await hide(history);
  await history.read('carol', 'p1', nothing, () => seen);
  await history.include(hidden, nothing);
  await during(history, async () => (hidden = await hide(history)));
  await during(history, () => history.include(hidden, nothing));
  history.once('bob', 'the timeline', ['p1', 'p2']);
  expect(history.reads).toBe(4);
  expect(flawsOf(history)).toEqual([]);
});

it('what is shown by a read that began after it was excluded is a flaw', async () => {
  const history = new SightHistory();
  await hide(history);
  await during(history, nothing);
  expect(flawsOf(history)).toEqual(['bob is shown p1, though ann hides']);
});

it('so is what was excluded in turns, though in no turn all the time', async () => {
  const history = new SightHistory();
  const hidden = await hide(history);
  await during(history, async () => {
    await history.exclude('it is for others', [['bob', 'p1']], nothing);
    await history.include(hidden, nothing);
  });
  expect(flawsOf(history)).toEqual(['bob is shown p1, though ann hides, then it is for others']);
});

it('so is what was not there before it was excluded', async () => {
  const history = new SightHistory();
  await during(history, async () => {
    await hide(history);
    await history.make('p1', nothing);
  });
  expect(flawsOf(history)).toEqual(['bob is shown p1, though is not made yet, then ann hides']);
});

it('a moment between two exclusions is enough', async () => {
  const history = new SightHistory();
  const hidden = await hide(history);
  await during(history, async () => {
    await history.include(hidden, nothing);
    await history.exclude('it is for others', [['bob', 'p1']], nothing);
  });
  expect(flawsOf(history)).toEqual([]);
});

it('what comes twice by pages is a flaw', () => {
  const history = new SightHistory();
  history.once('bob', 'the timeline', ['p2', 'p1', 'p2']);
  expect(flawsOf(history)).toEqual(['bob is shown p2 twice in the timeline']);
});
