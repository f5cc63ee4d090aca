import type { AppId, DeviceId, UserId } from '@queqiao/domain';
import type { Generated } from 'kysely';

export interface RevocationsTable {
  revoked_ms: number;
  app_id: AppId;
  user_id: UserId;
  /** Empty: every device of the user. */
  device_id: DeviceId | '';
  /** Empty: all tokens that were issued until then. */
  token_id: Generated<string>;
  /** 1: all sessions, whenever their tokens were issued. */
  banned: Generated<number>;
}

export interface AppRevocationsTable {
  /** In the future for a key that is to be retired then. */
  revoked_ms: number;
  app_id: AppId;
  /** Empty: the app was suspended. */
  kid: string;
}
