import { DomainError, type AppId, type DeviceId, type UserId } from '@queqiao/domain';

import type { TokenFacts } from './ports.js';

/**
 * How far a token's `iat` may be ahead of the database's clock: the five seconds that an issuer's clock may be off, and more than a
 * cached answer may be old. One from farther ahead would be later than sign-outs that are to come.
 */
export const TOKEN_AHEAD_MAX_MS = 7_000;

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
  /** When this was so, by the clock that sign-outs are dated with. */
  readonly nowMs: number;
}

/** How long before a call, in milliseconds, what a door goes by may have been read. Ends of tokens are answered later than this. */
export const STANDING_MAX_AGE_MS = 500;

export interface Standings {
  /** An empty tokenId: the token has none. */
  standing(appId: AppId, userId: UserId, deviceId: DeviceId, tokenId: string): Promise<Standing>;
}

/** Standings of which some are known without asking anybody. */
export interface KnownStandings extends Standings {
  known(
    appId: AppId,
    userId: UserId,
    deviceId: DeviceId,
    tokenId: string,
  ): Standing | null | undefined;
}

/**
 * Refuses a genuine token that was revoked, is for another device, was issued before its device was signed out, or whose user is
 * banned. Issuers give whole seconds, so one that was issued later within the same second as a sign-out is refused too: the other
 * way round a signed-out token could come back. One from the future, which no sign-out would reach, is refused. Errors:
 * UNAUTHENTICATED, PERMISSION_DENIED with field `ban`, UNAVAILABLE.
 */
export async function checkStanding(
  standings: Standings,
  token: TokenFacts,
  deviceId: DeviceId,
): Promise<Standing> {
  checkDevice(token, deviceId);
  const { appId, userId, tokenId } = token;
  const standing = await standings.standing(appId, userId, deviceId, tokenId);
  // Only who has a key of the app gets here, so this may be said.
  if (token.issuedMs > standing.nowMs + TOKEN_AHEAD_MAX_MS) {
    throw new DomainError('UNAUTHENTICATED', 'the token’s iat, in seconds, is in the future');
  }
  checkAgainst(standing, token);
  return standing;
}

/** The same as far as it is known: a token that it lets pass has still to be checked. */
export function checkKnown(standings: KnownStandings, token: TokenFacts, deviceId: DeviceId): void {
  const { appId, userId, tokenId } = token;
  const known = standings.known(appId, userId, deviceId, tokenId);
  if (known) checkAgainst(known, token);
}

export function checkDevice(token: TokenFacts, deviceId: DeviceId): void {
  if (token.deviceId === null || token.deviceId === deviceId) return;
  throw new DomainError('UNAUTHENTICATED', 'the token is for another device');
}

function checkAgainst(standing: Standing, { issuedMs }: TokenFacts): void {
  if (standing.tokenRevoked) throw new DomainError('UNAUTHENTICATED', 'the token was revoked');
  if (issuedMs <= standing.signedOutMs) {
    throw new DomainError('UNAUTHENTICATED', 'the device was signed out');
  }
  if (standing.erased) throw new DomainError('UNAUTHENTICATED', 'the user was erased');
  if (standing.banned) {
    throw new DomainError('PERMISSION_DENIED', 'the user is banned', { field: 'ban' });
  }
}

/**
 * What a session keeps as the time of its token: that of an issuer whose clock is ahead is no later than the sign-in itself, so
 * that a sign-out after it ends the session.
 */
export function sessionIssuedMs({ issuedMs }: TokenFacts, { nowMs }: Standing): number {
  return Math.min(issuedMs, nowMs);
}
