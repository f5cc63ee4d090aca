import { expect, it } from 'vitest';
import { RequestSlots } from './request-slots.js';

it('whoever waits is told when there is a slot, and the next one if it needs none any more', () => {
  const slots = new RequestSlots(2);
  const told: string[] = [];
  const taker = (name: string, needs: boolean) => (): void => {
    told.push(name);
    if (needs) slots.tryTake(() => {});
  };
  expect([slots.tryTake(() => {}), slots.tryTake(() => {})]).toEqual([true, true]);
  for (const [name, needs] of [
    ['gone', false],
    ['here', true],
    ['later', true],
  ] as const) {
    expect(slots.tryTake(taker(name, needs))).toBe(false);
  }
  slots.give();
  expect(told).toEqual(['gone', 'here']);
  expect(slots.taken).toBe(2);
  slots.give();
  expect(told).toEqual(['gone', 'here', 'later']);
});
