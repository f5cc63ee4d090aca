import type { AppId, ErrorCode } from '@queqiao/domain';
import { sql } from 'kysely';
import type { NewSigningKey } from '../account-types.js';
import type {
  AdminCall,
  AdminChangeCall,
  AdminStore,
  AppInfo,
  KeyInfo,
  NewCredential,
} from '../admin-types.js';
import type { StoreContext } from '../store-context.js';
import {
  createApp,
  deleteApp,
  resumeApp,
  suspendApp,
  toAppInfo,
  updateSettings,
} from './app-changes.js';
import { pruneAudit, readAudit, writeAudit } from './audit-log.js';
import { addCredential, listCredentials, revokeCredential } from './credential-changes.js';
import { addKey, listKeys, retireKey } from './key-changes.js';

export class MysqlAdminStore implements AdminStore {
  constructor(private readonly context: StoreContext) {}

  createApp(call: AdminChangeCall, appId: AppId, name: string) {
    return createApp(this.context, call, appId, name);
  }

  async app(appId: AppId): Promise<AppInfo | null> {
    const row = await this.context.kysely
      .selectFrom('apps')
      .selectAll()
      .where('app_id', '=', appId)
      .where('status', '!=', 'deleted')
      .executeTakeFirst();
    return row === undefined ? null : toAppInfo(row);
  }

  async apps({ afterId, limit }: { afterId: string; limit: number }): Promise<AppInfo[]> {
    const rows = await this.context.kysely
      .selectFrom('apps')
      .selectAll()
      // Says for the tenant guard that all apps are meant.
      .where(sql<boolean>`app_id = app_id`)
      .where('app_id', '>', afterId as AppId)
      .where('status', '!=', 'deleted')
      .orderBy('app_id')
      .limit(limit)
      .execute();
    return rows.map(toAppInfo);
  }

  updateSettings(
    call: AdminChangeCall,
    appId: AppId,
    patch: Readonly<Record<string, unknown>>,
    field: string,
  ) {
    return updateSettings(this.context, call, appId, patch, field);
  }

  suspendApp(call: AdminChangeCall, appId: AppId) {
    return suspendApp(this.context, call, appId);
  }

  resumeApp(call: AdminChangeCall, appId: AppId) {
    return resumeApp(this.context, call, appId);
  }

  deleteApp(call: AdminChangeCall, appId: AppId) {
    return deleteApp(this.context, call, appId);
  }

  addKey<T>(
    call: AdminChangeCall,
    appId: AppId,
    key: NewSigningKey,
    answerOf: (key: KeyInfo) => T,
  ) {
    return addKey(this.context, call, appId, key, answerOf);
  }

  keys(appId: AppId) {
    return listKeys(this.context, appId);
  }

  retireKey(call: AdminChangeCall, appId: AppId, keyId: string, atMs: number) {
    return retireKey(this.context, call, appId, keyId, atMs);
  }

  addCredential(call: AdminChangeCall, appId: AppId, credential: NewCredential) {
    return addCredential(this.context, call, appId, credential);
  }

  credentials(appId: AppId) {
    return listCredentials(this.context, appId);
  }

  revokeCredential(call: AdminChangeCall, appId: AppId, credentialId: string) {
    return revokeCredential(this.context, call, appId, credentialId);
  }

  recordRefusal(call: AdminCall, about: { appId: string; target: string }, code: ErrorCode) {
    return writeAudit(this.context.kysely, { ...call, ...about, outcome: code });
  }

  auditEntries(page: { appId: AppId | null; beforeId: number | null; limit: number }) {
    return readAudit(this.context, page);
  }

  prune(limit: number) {
    return pruneAudit(this.context, limit);
  }
}
