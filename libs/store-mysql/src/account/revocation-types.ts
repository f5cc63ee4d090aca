import type { AppId, DeviceId, UserId } from '@queqiao/domain';
import type { AdminCall } from '../admin-types.js';

/** Tokens issued until `revokedMs` are refused, and the sessions that they opened end. */
export interface Revocation {
  readonly appId: AppId;
  readonly userId: UserId;
  /** Null: every device of the user. */
  readonly deviceId: DeviceId | null;
  /** By the database's clock, in milliseconds. */
  readonly revokedMs: number;
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
 * Sign-outs. A sign-out that has been acknowledged took at most REVOCATION_MAX_WRITE_MS from reading its time to its commit,
 * so a reader who asks again for the REVOCATION_OVERLAP_MS before its last answer misses none.
 */
export interface RevocationStore {
  /** `by` goes into the audit log, in the same transaction. False when the user has no such device. */
  signOutDevice(appId: AppId, userId: UserId, deviceId: DeviceId, by?: AdminCall): Promise<boolean>;
  /** Every device, known or not. False when there is no such user. */
  signOutUser(appId: AppId, userId: UserId, by?: AdminCall): Promise<boolean>;
  /** Tokens of this device that were issued until then are refused; 0: never signed out. One look-up by primary keys. */
  signedOutMs(appId: AppId, userId: UserId, deviceId: DeviceId): Promise<number>;
  /** Of all apps. `sinceMs` is the nowMs of an earlier page, or 0 for the overlap alone; `after` the last row before. */
  since(sinceMs: number, after: Revocation | null): Promise<RevocationPage>;
  /** Removes rows of both tables that no feed asks for any more, at most `limit`; how many there were. */
  prune(limit: number): Promise<number>;
}
