import type { AppId, UserId } from '@queqiao/domain';
import type { UserAccount } from './account-types.js';
import type { Revoker } from './account/revocation-types.js';

export interface Ban {
  readonly userId: UserId;
  /** By the database's clock; 0: for ever. */
  readonly untilMs: number;
  /** For the app's back ends. */
  readonly reason: string;
  readonly bannedMs: number;
}

/** All that is known of a user to the app. */
export interface AccountRecord {
  readonly account: UserAccount;
  readonly createdMs: number;
  /** Null: may act. */
  readonly ban: Ban | null;
}

export interface BanStore {
  /**
   * Replaces a ban that runs. Null when there is no such user. Errors: INVALID_ARGUMENT naming until_ms for a time that is past,
   * ALREADY_EXISTS (the request id was used for another call).
   */
  ban(
    appId: AppId,
    ban: Pick<Ban, 'userId' | 'untilMs' | 'reason'>,
    revoker: Revoker,
  ): Promise<Ban | null>;
  /** False when there is no such user; one that is not banned stays so. */
  unban(appId: AppId, userId: UserId, revoker: Revoker): Promise<boolean>;
  /** Those that run, by user id. */
  bans(appId: AppId, page: { readonly afterId: string; readonly limit: number }): Promise<Ban[]>;
  /** Unknown ids are left out. */
  accounts(appId: AppId, userIds: readonly UserId[]): Promise<AccountRecord[]>;
  /** Removes bans that ended so long ago that no feed repeats them, at most `limit` of each app. */
  prune(limit: number): Promise<number>;
}
