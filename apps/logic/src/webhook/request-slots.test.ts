import { describe, expect, it } from 'vitest';
import { RequestSlots } from './request-slots.js';

const nothing = (): void => undefined;

/** How many an app gets when it takes what it can. */
function fill(slots: RequestSlots, appId: string, whenFree = nothing): number {
  let taken = 0;
  while (slots.of(appId).tryTake(whenFree)) taken += 1;
  return taken;
}

it('whoever waits is told when there is a slot, and the next one if it needs none any more', () => {
  const slots = new RequestSlots(2);
  const told: string[] = [];
  const taker = (name: string, needs: boolean) => (): void => {
    told.push(name);
    if (needs) slots.of(name).tryTake(nothing);
  };
  expect([slots.of('a').tryTake(nothing), slots.of('b').tryTake(nothing)]).toEqual([true, true]);
  for (const [name, needs] of [
    ['gone', false],
    ['here', true],
    ['later', true],
  ] as const) {
    expect(slots.of(name).tryTake(taker(name, needs))).toBe(false);
  }
  expect(slots.waiting).toBe(3);
  slots.of('a').give();
  expect(told).toEqual(['gone', 'here']);
  expect(slots.taken).toBe(2);
  slots.of('b').give();
  expect(told).toEqual(['gone', 'here', 'later']);
  expect(slots.waiting).toBe(0);
});

describe('an app', () => {
  it('has a quarter of the slots alone, and less beside others, who find one always', () => {
    const slots = new RequestSlots(512);
    expect(fill(slots, 'a')).toBe(128);
    for (const appId of ['b', 'c', 'd', 'e']) fill(slots, appId);
    expect(slots.taken).toBeLessThan(480);
    expect(fill(slots, 'late')).toBeGreaterThan(0);
  });

  it('is told when its share is larger, whoever gave something back', () => {
    const slots = new RequestSlots(16);
    expect(fill(slots, 'b')).toBe(4);
    let told = 0;
    expect(fill(slots, 'a', () => (told += 1))).toBe(3);
    for (let n = 0; n < 3; n += 1) slots.of('b').give();
    expect(told).toBe(0);
    slots.of('b').give();
    expect(told).toBe(1);
    expect(fill(slots, 'a')).toBe(1);
    expect(slots.taken).toBe(4);
  });
});
