import type { AppId, DeviceId, UserId, UserSettings } from '@queqiao/domain';
import type { Generated, JSONColumnType } from 'kysely';

export interface UsersTable {
  app_id: AppId;
  user_id: UserId;
  nickname: Generated<string>;
  avatar_url: Generated<string>;
  revoked_ms: Generated<number>;
  created_ms: number;
  updated_ms: number;
  gender: Generated<number>;
  signature: Generated<string>;
  extra: Generated<string>;
  handle: string | null;
  settings: JSONColumnType<UserSettings> | null;
  searchable_name: string | null;
  applications_read_ms: Generated<number>;
}

export interface DevicesTable {
  app_id: AppId;
  user_id: UserId;
  device_id: DeviceId;
  platform: string;
  brand: Generated<string>;
  model: Generated<string>;
  os_version: Generated<string>;
  app_version: Generated<string>;
  generation: number;
  created_ms: number;
  last_seen_ms: number;
  revoked_ms: Generated<number>;
}
