import type { AppId, UserId } from '@queqiao/domain';

import type { Revoker } from '../device/ports.js';

export interface Ban {
  readonly userId: UserId;
  /** By the database's clock; 0: for ever. */
  readonly untilMs: number;
  readonly reason: string;
  readonly bannedMs: number;
}

export interface Bans {
  /** Null when there is no such user. Errors: INVALID_ARGUMENT naming until_ms for a time that is past, ALREADY_EXISTS. */
  ban(
    appId: AppId,
    ban: Pick<Ban, 'userId' | 'untilMs' | 'reason'>,
    revoker: Revoker,
  ): Promise<Ban | null>;
  /** False when there is no such user. Errors: ALREADY_EXISTS. */
  unban(appId: AppId, userId: UserId, revoker: Revoker): Promise<boolean>;
  /** Those that run, by user id. */
  bans(appId: AppId, page: { readonly afterId: string; readonly limit: number }): Promise<Ban[]>;
}
