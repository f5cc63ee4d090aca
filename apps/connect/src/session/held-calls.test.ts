import { expect, it } from 'vitest';
import { HeldCalls, MAX_IGNORED_HINTS } from './held-calls.js';

it('holds a method until its hint is over, and no other', () => {
  const held = new HeldCalls();
  held.hold('Send', 300, 1_000);
  expect([held.waitMs('Send', 1_000), held.waitMs('Send', 1_299.5)]).toEqual([300, 1]);
  expect(held.waitMs('Recall', 1_000)).toBe(0);
  expect(held.waitMs('Send', 1_300)).toBe(0);
});

it('an answer that came late makes no earlier hint shorter', () => {
  const held = new HeldCalls();
  held.hold('Send', 500, 1_000);
  held.hold('Send', 20, 1_010);
  expect(held.waitMs('Send', 1_100)).toBe(400);
});

it('counts what comes all the same, and begins anew after a quiet time', () => {
  const held = new HeldCalls();
  const many = Array.from({ length: MAX_IGNORED_HINTS }, (_, n) => held.ignored(n));
  expect(many).not.toContain(true);
  expect(held.ignored(MAX_IGNORED_HINTS + 10_500)).toBe(false);
  const more = Array.from({ length: MAX_IGNORED_HINTS }, () => held.ignored(20_000));
  expect(more.indexOf(true)).toBe(MAX_IGNORED_HINTS - 1);
});
