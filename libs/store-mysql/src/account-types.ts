import type { AppId, DeviceId, UserId } from '@queqiao/domain';
import type { AppSettings, AppSettingsInput } from './app-settings.js';

export interface AppRecord {
  readonly appId: AppId;
  readonly name: string;
  readonly status: 'active' | 'suspended';
  /** With defaults filled in. */
  readonly settings: AppSettings;
}

/** The algorithm comes from this record, never from a token. */
export type SigningKey =
  | {
      readonly alg: 'HS256';
      readonly kid: string;
      readonly retired: boolean;
      readonly secret: Uint8Array;
    }
  | {
      readonly alg: 'EdDSA';
      readonly kid: string;
      readonly retired: boolean;
      readonly publicJwk: string;
    };

export type NewSigningKey =
  | { readonly alg: 'HS256'; readonly kid: string; readonly secret: Uint8Array }
  | { readonly alg: 'EdDSA'; readonly kid: string; readonly publicJwk: string };

export interface AppCredential {
  readonly credentialId: string;
  /** SHA-256 of the secret: 32 bytes. */
  readonly secretHash: Uint8Array;
  readonly revoked: boolean;
}

export interface AppStore {
  /** Null for an unknown app. */
  app(appId: AppId): Promise<AppRecord | null>;
  signingKey(appId: AppId, kid: string): Promise<SigningKey | null>;
  credential(appId: AppId, credentialId: string): Promise<AppCredential | null>;
  /** False when the id is taken. */
  createApp(appId: AppId, name: string): Promise<boolean>;
  /** False for an unknown app. */
  setStatus(appId: AppId, status: AppRecord['status']): Promise<boolean>;
  /** Replaces what the app has set; defaults are not stored. False for an unknown app. Throws ZodError. */
  setSettings(appId: AppId, settings: AppSettingsInput): Promise<boolean>;
  /** What was set, without defaults; null for an unknown app. */
  storedSettings(appId: AppId): Promise<AppSettingsInput | null>;
  /** False when the kid is taken. */
  addKey(appId: AppId, key: NewSigningKey): Promise<boolean>;
  /** A retired key verifies nothing any more. False when there is none such. */
  retireKey(appId: AppId, kid: string): Promise<boolean>;
  /** False when the id is taken. */
  addCredential(appId: AppId, credentialId: string, secretHash: Uint8Array): Promise<boolean>;
  /** False when there is none such. */
  revokeCredential(appId: AppId, credentialId: string): Promise<boolean>;
}

export interface UserProfile {
  readonly userId: UserId;
  readonly nickname: string;
  readonly avatarUrl: string;
  /** 0: not said; 1: male; 2: female; 3: other. */
  readonly gender: number;
  readonly signature: string;
  readonly extra: string;
  readonly updatedMs: number;
}

/** Fields left undefined are not changed; a new user gets empty ones. */
export interface UserUpsert {
  readonly userId: UserId;
  readonly nickname?: string | undefined;
  readonly avatarUrl?: string | undefined;
}

export interface UserStore {
  /** One transaction, at most 500 users. Of several lines for one user the last one that sets a field wins. */
  upsert(appId: AppId, users: readonly UserUpsert[]): Promise<{ created: number; updated: number }>;
  existing(appId: AppId, userIds: readonly UserId[]): Promise<Set<UserId>>;
  /** Unknown ids are left out. */
  profiles(appId: AppId, userIds: readonly UserId[]): Promise<UserProfile[]>;
  /** Makes the user if missing; true when it did. */
  ensure(appId: AppId, userId: UserId): Promise<boolean>;
}

export interface DeviceDetails {
  readonly deviceId: DeviceId;
  readonly platform: string;
  readonly brand: string;
  readonly model: string;
  readonly osVersion: string;
  readonly appVersion: string;
}

export interface DeviceRecord extends DeviceDetails {
  /** The highest that a sign-in brought. */
  readonly generation: number;
  readonly createdMs: number;
  readonly lastSeenMs: number;
}

export interface DeviceStore {
  /** Keeps the device's record up to date; a sign-in of a lower generation than the stored one changes nothing. */
  recordSignIn(
    appId: AppId,
    userId: UserId,
    device: DeviceDetails,
    generation: number,
  ): Promise<void>;
  /** Moves last_seen_ms forward. */
  touch(appId: AppId, userId: UserId, deviceId: DeviceId): Promise<void>;
  /** Those seen last first; at most DEVICES_LIST_MAX. */
  list(appId: AppId, userId: UserId): Promise<DeviceRecord[]>;
}
