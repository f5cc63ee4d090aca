import type { AppId, UserId } from '@queqiao/domain';

export interface RevokedTokensTable {
  app_id: AppId;
  user_id: UserId;
  token_id: string;
  revoked_ms: number;
  kept_until_ms: number;
}
