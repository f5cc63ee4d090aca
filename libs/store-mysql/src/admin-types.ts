import type { AppId, ErrorCode, Scope } from '@queqiao/domain';
import type { Abandonment } from './abandoned.js';
import type { NewSigningKey } from './account-types.js';
import type { AppSettings, AppSettingsInput } from './app-settings.js';

export interface AuditActor {
  readonly kind: 'operator' | 'credential';
  /** The fingerprint of an operator's secret, or the id of a credential. */
  readonly id: string;
}

/** One call of an administrator, as the audit log names it. */
export interface AdminCall {
  readonly actor: AuditActor;
  /** `SuspendApp`, without its service. */
  readonly method: string;
  readonly requestId: string;
}

/** A call that is answered once per app and id, for REQUEST_KEPT_MS. */
export interface AdminChangeCall extends AdminCall {
  readonly clientRequestId: string;
  /** No further statement is begun once it is aborted. */
  readonly signal?: Abandonment;
  /** As that of a LogRequest. */
  readonly digest?: Uint8Array | undefined;
}

export interface AppInfo {
  readonly appId: AppId;
  readonly name: string;
  readonly status: 'active' | 'suspended';
  readonly createdMs: number;
  /** When it was suspended last; 0: never. */
  readonly suspendedMs: number;
  /** With defaults filled in. */
  readonly settings: AppSettings;
  /** Only what was set. */
  readonly setSettings: AppSettingsInput;
}

export interface KeyInfo {
  readonly keyId: string;
  readonly alg: 'HS256' | 'EdDSA';
  readonly createdMs: number;
  /** 0: not retired; later than now: it is going to be. */
  readonly retiredMs: number;
}

export interface CredentialInfo {
  readonly credentialId: string;
  readonly scopes: readonly Scope[];
  readonly createdMs: number;
  /** 0: not revoked. */
  readonly revokedMs: number;
}

export interface NewCredential {
  readonly credentialId: string;
  readonly scopes: readonly Scope[];
  /** SHA-256 of the secret. */
  readonly secretHash: Uint8Array;
}

export interface AuditEntry extends AdminCall {
  readonly auditNumber: number;
  readonly createdMs: number;
  readonly appId: string;
  readonly target: string;
  readonly outcome: ErrorCode | 'OK';
}

/**
 * What operators do, each change in one transaction with its entry in the audit log and its answer, which a call that is
 * repeated with its clientRequestId gets. Errors: NOT_FOUND for apps, keys and credentials that do not exist, deleted apps among
 * them; ALREADY_EXISTS for a clientRequestId of another call.
 */
export interface AdminStore {
  /** Errors: ALREADY_EXISTS for an id that is or was an app's. */
  createApp(call: AdminChangeCall, appId: AppId, name: string): Promise<AppInfo>;
  /** Null for an unknown app. */
  app(appId: AppId): Promise<AppInfo | null>;
  /** By id. */
  apps(page: { readonly afterId: string; readonly limit: number }): Promise<AppInfo[]>;
  /** A JSON merge patch: null goes back to the default. Errors: INVALID_ARGUMENT naming the setting below `field`. */
  updateSettings(
    call: AdminChangeCall,
    appId: AppId,
    patch: Readonly<Record<string, unknown>>,
    field: string,
  ): Promise<AppInfo>;
  /** Nothing changes when it is suspended already. */
  suspendApp(call: AdminChangeCall, appId: AppId): Promise<AppInfo>;
  resumeApp(call: AdminChangeCall, appId: AppId): Promise<AppInfo>;
  /** With its keys and credentials; the rest is purged later. Errors: CONFLICT for an app that is not suspended. */
  deleteApp(call: AdminChangeCall, appId: AppId): Promise<void>;
  /** Errors: ALREADY_EXISTS for a kid that is taken; LIMIT_EXCEEDED beyond KEYS_MAX_LIVE. */
  addKey<T>(
    call: AdminChangeCall,
    appId: AppId,
    key: NewSigningKey,
    answerOf: (key: KeyInfo) => T,
  ): Promise<T>;
  /** Those made last first; at most KEYS_LIST_MAX. */
  keys(appId: AppId): Promise<KeyInfo[]>;
  /** At `atMs`, or at once when that is over or 0; what is planned may be moved. A retired key stays as it is. */
  retireKey(call: AdminChangeCall, appId: AppId, keyId: string, atMs: number): Promise<KeyInfo>;
  /** Errors: LIMIT_EXCEEDED beyond CREDENTIALS_MAX_LIVE. */
  addCredential(
    call: AdminChangeCall,
    appId: AppId,
    credential: NewCredential,
  ): Promise<CredentialInfo>;
  /** Those made last first; at most CREDENTIALS_LIST_MAX. */
  credentials(appId: AppId): Promise<CredentialInfo[]>;
  /** A revoked one stays as it is. */
  revokeCredential(
    call: AdminChangeCall,
    appId: AppId,
    credentialId: string,
  ): Promise<CredentialInfo>;
  /** A change that was refused; `appId` may be none. */
  recordRefusal(
    call: AdminCall,
    about: { readonly appId: string; readonly target: string },
    code: ErrorCode,
  ): Promise<void>;
  /** The newest first; of all apps when `appId` is null. */
  auditEntries(page: {
    readonly appId: AppId | null;
    readonly beforeId: number | null;
    readonly limit: number;
  }): Promise<AuditEntry[]>;
  /** Removes entries older than AUDIT_KEPT_MS, at most `limit`; how many there were. */
  prune(limit: number): Promise<number>;
}

/** What deleted apps have left behind. */
export interface PurgeStore {
  /**
   * One step: at most `limit` rows of one table of the next app behind `after`, by their ids, that was deleted PURGE_AFTER_MS ago or
   * earlier. Steps of several nodes pass each other by. Of which app it was; null when there is nothing left to do.
   */
  step(limit: number, after: string): Promise<AppId | null>;
}
