import { describe, expect, it } from 'vitest';
import { offsetClock, systemClock } from './clock.js';
import { FakeClock } from './fake-clock.js';

describe('systemClock', () => {
  it('fires a timer once and never after it was cancelled', async () => {
    const fired: string[] = [];
    const cancelled = systemClock.setTimer(1, () => fired.push('cancelled'));
    cancelled.cancel();
    cancelled.cancel();
    await new Promise<void>((resolve) => {
      systemClock.setTimer(5, () => {
        fired.push('kept');
        resolve();
      });
    });
    expect(fired).toEqual(['kept']);
  });

  it('keeps a delay that native timers would cut to nothing', async () => {
    let fired = false;
    const timer = systemClock.setTimer(2 ** 31 + 10, () => (fired = true));
    await systemClock.sleep(5);
    timer.cancel();
    expect(fired).toBe(false);
  });

  it('repeats until cancelled', async () => {
    let turns = 0;
    await new Promise<void>((resolve) => {
      const timer = systemClock.every(1, () => {
        turns += 1;
        if (turns === 3) {
          timer.cancel();
          resolve();
        }
      });
    });
    expect(turns).toBe(3);
  });

  it('never goes back on the monotonic clock', () => {
    const first = systemClock.monotonic();
    expect(systemClock.monotonic()).toBeGreaterThanOrEqual(first);
  });
});

describe('sleep', () => {
  it('rejects with the reason of the signal and leaves no timer behind', async () => {
    const clock = new FakeClock();
    const abort = new AbortController();
    const sleep = clock.sleep(1_000, abort.signal);
    const reason = new Error('enough');
    abort.abort(reason);
    await expect(sleep).rejects.toBe(reason);
    expect(clock.pending).toBe(0);
  });

  it('does not begin when the signal is aborted already', async () => {
    const clock = new FakeClock();
    await expect(clock.sleep(1, AbortSignal.abort())).rejects.toThrow('aborted');
    expect(clock.pending).toBe(0);
  });
});

describe('offsetClock', () => {
  it('moves the wall time alone', async () => {
    const base = new FakeClock(1_000);
    const clock = offsetClock(-400, base);
    let fired = false;
    clock.setTimer(10, () => (fired = true));
    await base.advanceAsync(10);
    expect([clock.now(), clock.monotonic(), fired]).toEqual([610, 10, true]);
  });
});
