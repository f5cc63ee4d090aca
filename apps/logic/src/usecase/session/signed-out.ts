import { DomainError, type AppId, type DeviceId, type UserId } from '@queqiao/domain';

import type { TokenFacts } from './ports.js';

export interface SignedOut {
  /** Tokens of this device that were issued until then, in milliseconds, are refused; 0: it was never signed out. */
  signedOutMs(appId: AppId, userId: UserId, deviceId: DeviceId): Promise<number>;
}

/**
 * Refuses a token that was issued before its device was signed out. Issuers give whole seconds, so one that was issued later
 * within the same second is refused too: the other way round a signed-out token could come back. Errors: UNAUTHENTICATED,
 * UNAVAILABLE.
 */
export async function refuseSignedOut(
  signedOut: SignedOut,
  { appId, userId, issuedMs }: TokenFacts,
  deviceId: DeviceId,
): Promise<void> {
  const revokedMs = await signedOut.signedOutMs(appId, userId, deviceId);
  if (issuedMs > revokedMs) return;
  throw new DomainError('UNAUTHENTICATED', 'the device was signed out');
}
