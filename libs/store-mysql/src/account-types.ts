import type { AppId, DeviceId, Scope, UserId, UserSettings } from '@queqiao/domain';
import type { AppSettings, AppSettingsInput } from './app-settings.js';
import type { LogEntry, LogOutcome, LogWork } from './log-types.js';
import type { AppUsage } from './usage-types.js';

export interface AppRecord {
  readonly appId: AppId;
  readonly name: string;
  readonly status: 'active' | 'suspended';
  /** When it was suspended last, by the database's clock; 0: never. */
  readonly suspendedMs: number;
  /** With defaults filled in. */
  readonly settings: AppSettings;
  readonly usage: AppUsage;
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

/** HS256 by a key that is not stored: it is derived from the salt and a secret of the deployment. */
export interface DerivedSigningKey {
  readonly alg: 'derived';
  readonly kid: string;
  readonly retired: boolean;
  readonly salt: Uint8Array;
}

export type StoredSigningKey = SigningKey | DerivedSigningKey;

export type NewSigningKey =
  | { readonly alg: 'HS256'; readonly kid: string; readonly secret: Uint8Array }
  | { readonly alg: 'EdDSA'; readonly kid: string; readonly publicJwk: string };

export interface AppCredential {
  readonly credentialId: string;
  /** SHA-256 of the secret: 32 bytes. */
  readonly secretHash: Uint8Array;
  readonly revoked: boolean;
  readonly scopes: readonly Scope[];
}

export interface AppStore {
  /** Null for an unknown app. */
  app(appId: AppId): Promise<AppRecord | null>;
  signingKey(appId: AppId, kid: string): Promise<StoredSigningKey | null>;
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
  addCredential(
    appId: AppId,
    credentialId: string,
    secretHash: Uint8Array,
    scopes?: readonly Scope[],
  ): Promise<boolean>;
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

/** All that is kept of a user. */
export interface UserAccount {
  readonly profile: UserProfile;
  /** Only what was set. */
  readonly settings: UserSettings;
  /** Unique in the app; empty: none. */
  readonly handle: string;
}

/** Fields left undefined are not changed. */
export interface AccountPatch {
  readonly nickname?: string | undefined;
  readonly avatarUrl?: string | undefined;
  readonly gender?: number | undefined;
  readonly signature?: string | undefined;
  readonly extra?: string | undefined;
  readonly handle?: string | undefined;
  /** All of them: what is not in it is unset. */
  readonly settings?: UserSettings | undefined;
}

/** A new user gets empty fields where none are given. */
export interface UserUpsert extends Omit<AccountPatch, 'settings'> {
  readonly userId: UserId;
  /** What stands before the name of a field in an error. */
  readonly field?: string | undefined;
}

/** What becomes of an account. Both functions are given the account as it is then. */
export interface AccountPlan<T> {
  readonly patch: AccountPatch;
  /** For the user's self feed, when the patch changes something. */
  readonly entry: (account: UserAccount) => LogEntry;
  readonly answer: (account: UserAccount) => T;
}

export interface FoundUser {
  readonly profile: UserProfile;
  readonly by: 'id' | 'handle' | 'nickname';
}

/** The last one of a page: others with the same name are told apart by their ids. */
export interface NameCursor {
  readonly name: string;
  readonly userId: string;
}

export interface NameSearch {
  readonly searcher: UserId;
  readonly prefix: string;
  /** Null: from the first. */
  readonly after: NameCursor | null;
  readonly limit: number;
}

/** Without a request the change is made again when it is repeated. */
export type UpsertWork = Omit<LogWork, 'request'> &
  Partial<Pick<LogWork, 'request'>> & {
    /** Told how many users would be new, unless there is none; what it throws refuses all. */
    readonly admit?: ((newUsers: number) => void) | undefined;
  };

export interface UserStore {
  /**
   * One transaction, at most 500 users. Of several lines for one user the last one that sets a field wins. Users that existed
   * and change are told in their self feeds. Errors: ALREADY_EXISTS (a handle of somebody else).
   */
  upsert(
    work: UpsertWork,
    users: readonly UserUpsert[],
    entryOf: (account: UserAccount) => LogEntry,
  ): Promise<LogOutcome<{ readonly created: number; readonly updated: number }>>;
  /**
   * One change, idempotent by its request; `decide` may be asked more than once. Errors: NOT_FOUND, ALREADY_EXISTS (the handle
   * is somebody else's; the request id was used for another call), and whatever `decide` throws.
   */
  change<T>(
    input: LogWork & { readonly userId: UserId },
    decide: (account: UserAccount) => AccountPlan<T>,
  ): Promise<LogOutcome<T>>;
  existing(appId: AppId, userIds: readonly UserId[]): Promise<Set<UserId>>;
  /** Unknown ids are left out. */
  profiles(appId: AppId, userIds: readonly UserId[]): Promise<UserProfile[]>;
  /** Null for an unknown user. */
  account(appId: AppId, userId: UserId): Promise<UserAccount | null>;
  /** Whoever has this id or this handle, can be found by it, and has not blocked the searcher; at most two. */
  findExactly(appId: AppId, searcher: UserId, query: string): Promise<FoundUser[]>;
  /** By nickname and id. `next` is null after the last. At most SEARCH_MAX_USERS. */
  findByName(
    appId: AppId,
    search: NameSearch,
  ): Promise<{ users: FoundUser[]; next: NameCursor | null }>;
  /** Makes the user if missing; true when it did. Errors: ALREADY_EXISTS (of a user who was erased). */
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
