import { DomainError, type AppId, type DeviceId, type UserId } from '@queqiao/domain';

import type { TokenFacts } from './ports.js';

/** What stands against a token that is genuine. */
export interface Standing {
  /** Tokens of this device that were issued until then, in milliseconds, are refused; 0: it was never signed out. */
  readonly signedOutMs: number;
  readonly tokenRevoked: boolean;
  readonly banned: boolean;
  /** Or about to be. */
  readonly erased: boolean;
  /** When the user was banned last; 0: never, or long ago. */
  readonly bannedMs: number;
}

export interface Standings {
  /** An empty tokenId: the token has none. */
  standing(appId: AppId, userId: UserId, deviceId: DeviceId, tokenId: string): Promise<Standing>;
}

/**
 * Refuses a genuine token that was revoked, is for another device, was issued before its device was signed out, or whose user is
 * banned. Issuers give whole seconds, so one that was issued later within the same second as a sign-out is refused too: the other
 * way round a signed-out token could come back. Errors: UNAUTHENTICATED, PERMISSION_DENIED with field `ban`, UNAVAILABLE.
 */
export async function checkStanding(
  standings: Standings,
  token: TokenFacts,
  deviceId: DeviceId,
): Promise<Standing> {
  const { appId, userId, tokenId, issuedMs } = token;
  if (token.deviceId !== null && token.deviceId !== deviceId) {
    throw new DomainError('UNAUTHENTICATED', 'the token is for another device');
  }
  const standing = await standings.standing(appId, userId, deviceId, tokenId);
  if (standing.tokenRevoked) throw new DomainError('UNAUTHENTICATED', 'the token was revoked');
  if (issuedMs <= standing.signedOutMs) {
    throw new DomainError('UNAUTHENTICATED', 'the device was signed out');
  }
  if (standing.erased) throw new DomainError('UNAUTHENTICATED', 'the user was erased');
  if (standing.banned) {
    throw new DomainError('PERMISSION_DENIED', 'the user is banned', { field: 'ban' });
  }
  return standing;
}
