import { FakeClock } from '@queqiao/runtime/testing';
import { expect, it } from 'vitest';
import { MAX_ADDRESSES, RateLimit } from './rate-limit.js';

it('refuses one address until the minute is over', () => {
  const clock = new FakeClock();
  const limit = new RateLimit({ clock }, { perMinute: 2 });
  limit.take('a');
  limit.take('a');
  clock.advance(20_000);
  expect(() => limit.take('a')).toThrow(
    expect.objectContaining({ code: 'RATE_LIMITED', retryAfterMs: 40_000 }),
  );
  limit.take('b');
  clock.advance(40_000);
  limit.take('a');
  expect(limit.size).toBe(1);
});

it('remembers a bounded number of addresses', () => {
  const limit = new RateLimit({ clock: new FakeClock() }, { perMinute: 1 });
  for (let index = 0; index <= MAX_ADDRESSES; index += 1) limit.take(`10.${index}`);
  expect(limit.size).toBe(MAX_ADDRESSES);
});
