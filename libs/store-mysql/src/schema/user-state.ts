import type { AppId, UserId } from '@queqiao/domain';
import type { Generated } from 'kysely';

export interface RevokedTokensTable {
  app_id: AppId;
  user_id: UserId;
  token_id: string;
  revoked_ms: number;
  kept_until_ms: number;
}

export interface BansTable {
  app_id: AppId;
  user_id: UserId;
  /** For ever: 2^53 - 1. */
  until_ms: number;
  reason: Generated<string>;
  banned_ms: number;
}
