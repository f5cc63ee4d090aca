import { expect, it } from 'vitest';
import { Backoff } from './backoff.js';

it('doubles its bound up to the limit and starts over after a reset', () => {
  const backoff = new Backoff({ baseMs: 100, maxMs: 500, random: () => 0.5 });
  expect([1, 2, 3, 4, 5].map(() => backoff.next())).toEqual([50, 100, 200, 250, 250]);
  expect(backoff.attempts).toBe(5);
  backoff.reset();
  expect(backoff.next()).toBe(50);
});

it('uses the whole range from zero to the bound', () => {
  const low = new Backoff({ baseMs: 100, maxMs: 500, random: () => 0 });
  const high = new Backoff({ baseMs: 100, maxMs: 500, factor: 3, random: () => 0.999 });
  expect(low.next()).toBe(0);
  expect([high.next(), high.next()]).toEqual([99, 299]);
});

it('stays at the limit after very many attempts', () => {
  const backoff = new Backoff({ baseMs: 1, maxMs: 1_000, random: () => 0.5 });
  for (let attempt = 0; attempt < 3_000; attempt += 1) backoff.next();
  expect(backoff.next()).toBe(500);
});
