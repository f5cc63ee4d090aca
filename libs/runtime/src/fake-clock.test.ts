import { expect, it } from 'vitest';
import { FakeClock } from './fake-clock.js';

it('runs due timers in order, each at its own moment', () => {
  const clock = new FakeClock(1_000);
  const seen: [string, number][] = [];
  const note = (name: string) => () => seen.push([name, clock.now()]);
  clock.setTimer(20, note('late'));
  clock.setTimer(10, note('first'));
  clock.setTimer(10, note('second'));
  clock.setTimer(31, note('never'));
  clock.advance(30);
  expect(seen).toEqual([
    ['first', 1_010],
    ['second', 1_010],
    ['late', 1_020],
  ]);
  expect([clock.now(), clock.monotonic(), clock.pending]).toEqual([1_030, 30, 1]);
});

it('runs timers that timers set, and repeats', () => {
  const clock = new FakeClock();
  const seen: string[] = [];
  const timer = clock.every(10, () => {
    seen.push('every');
    if (seen.length === 1) clock.setTimer(5, () => seen.push('nested'));
  });
  clock.advance(30);
  timer.cancel();
  clock.advance(100);
  expect(seen).toEqual(['every', 'nested', 'every', 'every']);
});

it('lets promises settle between timers in the async advance', async () => {
  const clock = new FakeClock();
  const seen: number[] = [];
  const loop = (async () => {
    for (let turn = 0; turn < 3; turn += 1) {
      await clock.sleep(10);
      seen.push(clock.monotonic());
    }
  })();
  await clock.advanceAsync(100);
  await loop;
  expect(seen).toEqual([10, 20, 30]);
});

it('fires late what fell due during a pause, and moves the wall alone on a jump', () => {
  const clock = new FakeClock(0);
  const seen: number[] = [];
  clock.setTimer(10, () => seen.push(clock.monotonic()));
  clock.pause(500);
  expect(seen).toEqual([]);
  clock.advance(0);
  clock.jumpWall(-200);
  expect([seen, clock.now(), clock.monotonic()]).toEqual([[500], 300, 500]);
});
