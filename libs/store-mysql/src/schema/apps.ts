import type { AppId } from '@queqiao/domain';
import type { Generated, JSONColumnType } from 'kysely';
import type { AppSettingsInput } from '../app-settings.js';

export interface AppsTable {
  app_id: AppId;
  name: string;
  /** A deleted one only says that its id is taken. */
  status: 'active' | 'suspended' | 'deleted';
  settings: JSONColumnType<AppSettingsInput>;
  created_ms: number;
  /** 0: never. */
  suspended_ms: Generated<number>;
  deleted_ms: number | null;
  /** When nothing of it was left. */
  purged_ms: number | null;
}

export interface AppKeysTable {
  app_id: AppId;
  kid: string;
  /** derived: HS256, by a key of which the material is but the salt. */
  alg: 'HS256' | 'EdDSA' | 'derived';
  material: Buffer;
  created_ms: number;
  retired_ms: number | null;
}

export interface AppCredentialsTable {
  app_id: AppId;
  credential_id: string;
  secret_hash: Buffer;
  /** Some of read, write and admin, with commas between. */
  scopes: string;
  created_ms: number;
  revoked_ms: number | null;
}
