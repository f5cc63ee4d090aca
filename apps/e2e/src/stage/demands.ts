import { expect } from 'vitest';

export function mustEqual(actual: unknown, wanted: unknown, what?: string): void {
  expect(actual, what).toEqual(wanted);
}

/** The object may say more than is wanted. */
export function mustHold(actual: object, wanted: object, what: string): void {
  expect(actual, what).toMatchObject(wanted);
}
