import type { AppId, DeviceId, UserId } from '@queqiao/domain';
import type { Abandonment } from '../abandoned.js';
import type { AdminCall } from '../admin-types.js';
import type { LogRequest } from '../log-types.js';

/** Tokens issued until `revokedMs` are refused, and the sessions that they opened end. */
export interface Revocation {
  readonly appId: AppId;
  readonly userId: UserId;
  /** Null: every device of the user. */
  readonly deviceId: DeviceId | null;
  /** Null: all tokens; otherwise this one alone, whenever it was issued. */
  readonly tokenId: string | null;
  /** All sessions that did not know of it, whenever their tokens were issued. */
  readonly banned: boolean;
  /** By the database's clock, in milliseconds. */
  readonly revokedMs: number;
}

/** What stands against a token. */
export interface Standing {
  /** Tokens of this device that were issued until then are refused; 0: it was never signed out. */
  readonly signedOutMs: number;
  readonly tokenRevoked: boolean;
  readonly banned: boolean;
  /** Or about to be. */
  readonly erased: boolean;
  /** When the user was banned last, be the ban over since or not; 0: never, or long ago. */
  readonly bannedMs: number;
  /** When this was read, by the database's clock. */
  readonly nowMs: number;
}

/** Who revokes, for the audit log, and under which id: a repeated one changes nothing. Null: the same when done twice. */
export interface Revoker {
  readonly by?: AdminCall | undefined;
  readonly request?: LogRequest | undefined;
  readonly signal?: Abandonment | undefined;
}

/** The sessions of an app that was suspended, or that tokens of a retired key opened, end. */
export interface AppRevocation {
  readonly appId: AppId;
  /** Null: all sessions of the app. */
  readonly keyId: string | null;
  /** By the database's clock, in milliseconds. */
  readonly revokedMs: number;
}

export interface RevocationPage {
  /** By the database's clock, read before the rows: what was committed before it is in this page or in one that follows. */
  readonly nowMs: number;
  /** In the order of time; at most REVOCATION_PAGE_ROWS. */
  readonly rows: readonly Revocation[];
  readonly more: boolean;
  /** Beside the first page; at most REVOCATION_PAGE_ROWS. */
  readonly apps: readonly AppRevocation[];
  /** The tables do not reach back to what was asked for, or there are more of `apps` than fit. */
  readonly tooOld: boolean;
}

/**
 * Sign-outs and ends of tokens. One that has been acknowledged took at most REVOCATION_MAX_WRITE_MS from reading its time to its
 * commit, so a reader who asks again for the REVOCATION_OVERLAP_MS before its last answer misses none.
 */
export interface RevocationStore {
  /** False when the user has no such device. */
  signOutDevice(
    appId: AppId,
    userId: UserId,
    deviceId: DeviceId,
    revoker?: Revoker,
  ): Promise<boolean>;
  /** Every device, known or not. False when there is no such user. */
  signOutUser(appId: AppId, userId: UserId, revoker?: Revoker): Promise<boolean>;
  /**
   * One token of a user. With its end the user need not exist, and the token is known to be the user's; without, it is kept for
   * REVOKED_TOKEN_KEPT_MS. False when there is no such user.
   */
  revokeToken(
    appId: AppId,
    token: { readonly userId: UserId; readonly tokenId: string; readonly expiresMs: number | null },
    revoker: Revoker,
  ): Promise<boolean>;
  /** An empty tokenId: the token has none. Look-ups by primary keys, in one statement. */
  standing(appId: AppId, userId: UserId, deviceId: DeviceId, tokenId: string): Promise<Standing>;
  /**
   * Of all apps. `sinceMs` is the nowMs of an earlier page, or 0 for the overlap alone; `after` the last row before. Single tokens
   * come only to who knows of them.
   */
  since(
    sinceMs: number,
    after: Revocation | null,
    options?: { readonly withTokens: boolean },
  ): Promise<RevocationPage>;
  /** Removes rows that no feed asks for any more, and of tokens that are past their end, at most `limit`; how many there were. */
  prune(limit: number): Promise<number>;
}
