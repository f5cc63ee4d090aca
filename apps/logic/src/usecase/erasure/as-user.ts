import { randomBytes } from 'node:crypto';
import { DomainError, type DeviceId, type ErrorCode } from '@queqiao/domain';

import type { UserContext } from '../caller.js';
import type { ErasureJob } from './ports.js';

const NOBODY_WAITS = { aborted: false };

/** A job does in the user's name what the user could have done, so that all who have to know are told as ever. */
export function asUser({ appId, userId }: ErasureJob): UserContext {
  const caller = { kind: 'user', userId, deviceId: 'erasure' as DeviceId } as const;
  return { appId, caller, requestId: 'erasure', signal: NOBODY_WAITS };
}

/** Another one each time: what is left says what is to be done, not what was asked before. */
export function newRequestId(): string {
  return `erase.${randomBytes(12).toString('hex')}`;
}

/** What has become so by itself is as good as done. Resolves with the code, or null when the work was carried out. */
export async function unless(
  codes: readonly ErrorCode[],
  work: () => Promise<unknown>,
): Promise<ErrorCode | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (error instanceof DomainError && codes.includes(error.code)) return error.code;
    throw error;
  }
}
