import type { AppId, ErrorCode, Scope } from '@queqiao/domain';

import type { AppRules, AppUsage } from '../app/ports.js';
import type { Cancellation } from '../caller.js';

/** Who administers, as the audit log names it. */
export interface Administrator {
  readonly kind: 'operator' | 'credential';
  readonly id: string;
}

export interface AdminCall {
  readonly actor: Administrator;
  readonly method: string;
  readonly requestId: string;
}

export interface AdminChangeCall extends AdminCall {
  /** Repeating a call with it, of the same app, gets the first answer. */
  readonly clientRequestId: string;
  /** Nothing more is done once nobody waits for the answer. */
  readonly signal?: Cancellation;
  /** Of what is asked; another one under the same id is refused. */
  readonly digest?: Uint8Array | undefined;
}

export interface AppInfo {
  readonly appId: AppId;
  readonly name: string;
  readonly status: 'active' | 'suspended';
  readonly createdMs: number;
  readonly suspendedMs: number;
  /** With defaults filled in. */
  readonly settings: AppRules;
  /** Only what was set. */
  readonly setSettings: object;
}

export interface KeyInfo {
  readonly keyId: string;
  readonly alg: 'HS256' | 'EdDSA';
  readonly createdMs: number;
  /** 0: not retired; later than now: it is going to be. */
  readonly retiredMs: number;
}

export type NewKey =
  | { readonly alg: 'HS256'; readonly kid: string; readonly secret: Uint8Array }
  | { readonly alg: 'EdDSA'; readonly kid: string; readonly publicJwk: string };

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
  readonly secretHash: Uint8Array;
}

/** Refusals, which leave nothing behind but their entries. */
export interface Refusals {
  recordRefusal(
    call: AdminCall,
    about: { readonly appId: string; readonly target: string },
    code: ErrorCode,
  ): Promise<void>;
}

/** Errors: NOT_FOUND, ALREADY_EXISTS, CONFLICT, INVALID_ARGUMENT, UNAVAILABLE. */
export interface ManagedApps {
  createApp(call: AdminChangeCall, appId: AppId, name: string): Promise<AppInfo>;
  app(appId: AppId): Promise<AppInfo | null>;
  apps(page: { readonly afterId: string; readonly limit: number }): Promise<AppInfo[]>;
  updateSettings(
    call: AdminChangeCall,
    appId: AppId,
    patch: Readonly<Record<string, unknown>>,
    field: string,
  ): Promise<AppInfo>;
  suspendApp(call: AdminChangeCall, appId: AppId): Promise<AppInfo>;
  resumeApp(call: AdminChangeCall, appId: AppId): Promise<AppInfo>;
  deleteApp(call: AdminChangeCall, appId: AppId): Promise<void>;
}

/** What apps had when they were counted last. */
export interface CountedUsage {
  /** Null for an app that does not exist. */
  usage(appId: AppId): Promise<AppUsage | null>;
}

/** Errors: NOT_FOUND, ALREADY_EXISTS, LIMIT_EXCEEDED, UNAVAILABLE. */
export interface ManagedKeys {
  app(appId: AppId): Promise<AppInfo | null>;
  addKey<T>(
    call: AdminChangeCall,
    appId: AppId,
    key: NewKey,
    answerOf: (key: KeyInfo) => T,
  ): Promise<T>;
  keys(appId: AppId): Promise<KeyInfo[]>;
  retireKey(call: AdminChangeCall, appId: AppId, keyId: string, atMs: number): Promise<KeyInfo>;
}

/** Errors: NOT_FOUND, LIMIT_EXCEEDED, UNAVAILABLE. */
export interface ManagedCredentials {
  app(appId: AppId): Promise<AppInfo | null>;
  addCredential(
    call: AdminChangeCall,
    appId: AppId,
    credential: NewCredential,
  ): Promise<CredentialInfo>;
  credentials(appId: AppId): Promise<CredentialInfo[]>;
  revokeCredential(
    call: AdminChangeCall,
    appId: AppId,
    credentialId: string,
  ): Promise<CredentialInfo>;
}

export interface AuditEntry extends AdminCall {
  readonly auditNumber: number;
  readonly createdMs: number;
  readonly appId: string;
  readonly target: string;
  readonly outcome: ErrorCode | 'OK';
}

export interface AuditLog {
  /** The newest first. */
  auditEntries(page: {
    readonly appId: AppId | null;
    readonly beforeId: number | null;
    readonly limit: number;
  }): Promise<AuditEntry[]>;
}
