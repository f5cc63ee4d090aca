import { FakeClock } from '@queqiao/runtime/testing';
import { beforeEach, expect, it } from 'vitest';
import { BroadcastPace } from './broadcast-pace.js';

let clock: FakeClock;
let log: { taken: number };
let pace: BroadcastPace;

beforeEach(() => {
  [clock, log] = [new FakeClock(), { taken: 100 }];
  pace = new BroadcastPace(clock, log);
});

/** Milliseconds from the end of a wave until the next may begin. */
async function pauseAfter(wave: { tookMs: number; own: number; others: number }): Promise<number> {
  let isOver = false;
  const done = pace.wave(wave.own, async () => {
    await clock.sleep(wave.tookMs);
    log.taken += wave.own + wave.others;
  });
  void done.then(() => (isOver = true));
  await clock.advanceAsync(wave.tookMs);
  for (let ms = 0; ; ms += 1) {
    if (isOver) return ms;
    await clock.advanceAsync(1);
  }
}

it('leaves as much time free as a wave took, and up to four times as much among others', async () => {
  expect(await pauseAfter({ tookMs: 20, own: 64, others: 0 })).toBe(20);
  expect(await pauseAfter({ tookMs: 20, own: 64, others: 32 })).toBe(50);
  expect(await pauseAfter({ tookMs: 20, own: 64, others: 64 })).toBe(80);
  expect(await pauseAfter({ tookMs: 20, own: 64, others: 6_400 })).toBe(80);
  // What came between two waves counts for the next one.
  log.taken += 64;
  expect(await pauseAfter({ tookMs: 20, own: 64, others: 0 })).toBe(80);
});

it('waits no longer than a second, and answers what the work does', async () => {
  expect(await pauseAfter({ tookMs: 5_000, own: 64, others: 64 })).toBe(1_000);
  const failing = pace.wave(1, () => Promise.reject(new Error('no')));
  await expect(failing).rejects.toThrow('no');
});
