import type { AppId, DeviceId, UserId } from '@queqiao/domain';

export interface RevocationsTable {
  revoked_ms: number;
  app_id: AppId;
  user_id: UserId;
  /** Empty: every device of the user. */
  device_id: DeviceId | '';
}
