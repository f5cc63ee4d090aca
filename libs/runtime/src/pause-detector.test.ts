import { expect, it } from 'vitest';
import { FakeClock } from './fake-clock.js';
import { PauseDetector } from './pause-detector.js';

function detector() {
  const clock = new FakeClock();
  const gaps: number[] = [];
  const pauses = new PauseDetector({
    clock,
    tickMs: 1_000,
    thresholdMs: 3_000,
    onPause: (gapMs) => gaps.push(gapMs),
  });
  pauses.start();
  return { clock, gaps, pauses };
}

it('says nothing while the ticks come in time', () => {
  const { clock, gaps } = detector();
  clock.advance(60_000);
  expect(gaps).toEqual([]);
});

it('reports the length of a gap once', () => {
  const { clock, gaps } = detector();
  clock.advance(1_500);
  clock.pause(10_000);
  clock.advance(5_000);
  expect(gaps).toEqual([10_500]);
});

it('notices a suspended machine by the wall clock', () => {
  const { clock, gaps } = detector();
  clock.jumpWall(3_600_000);
  clock.advance(1_000);
  expect(gaps).toEqual([3_601_000]);
});

it('is quiet about a wall clock that is set back', () => {
  const { clock, gaps } = detector();
  clock.jumpWall(-3_600_000);
  clock.advance(2_000);
  expect(gaps).toEqual([]);
});

it('looks at once when asked, before the late tick comes', () => {
  const { clock, gaps, pauses } = detector();
  clock.pause(5_000);
  pauses.check();
  clock.advance(1_000);
  expect(gaps).toEqual([5_000]);
});

it('is silent and leaves no timer after stop', () => {
  const { clock, gaps, pauses } = detector();
  pauses.stop();
  clock.pause(10_000);
  pauses.check();
  clock.advance(10_000);
  expect([gaps, clock.pending]).toEqual([[], 0]);
});

it('refuses a threshold that every tick would exceed', () => {
  const options = { clock: new FakeClock(), onPause: () => undefined };
  expect(() => new PauseDetector({ ...options, tickMs: 1_000, thresholdMs: 1_000 })).toThrow(
    'thresholdMs',
  );
});
