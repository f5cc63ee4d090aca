import { expect } from 'vitest';
import { failureOf } from '../../rig/api-rig.js';

export function mustEqual(actual: unknown, wanted: unknown): void {
  expect(actual).toEqual(wanted);
}

/** By code and field, as in "NOT_FOUND post_id". */
export async function mustFail(call: Promise<unknown>, wanted: string): Promise<void> {
  const { code, field } = await failureOf(call);
  mustEqual(`${code} ${field}`, wanted);
}
