import { AppServiceDefinition, AuditServiceDefinition, type App } from '@queqiao/protocol/admin';
import type { ListAuditEntries } from '../../usecase/admin/list-audit-entries.js';
import type { ManageApps } from '../../usecase/admin/manage-apps.js';
import type { ManageCredentials } from '../../usecase/admin/manage-credentials.js';
import type { ManageKeys } from '../../usecase/admin/manage-keys.js';
import type { AppInfo } from '../../usecase/admin/ports.js';
import { defineService, type ApiService } from '../api-service.js';
import { algorithmOf, scopesOf, toApp, toAuditEntry, toCredential, toKey } from './mapper.js';

export interface AdminUsecases {
  readonly apps: ManageApps;
  readonly keys: ManageKeys;
  readonly credentials: ManageCredentials;
  readonly listAuditEntries: ListAuditEntries;
}

export function operatorServices(usecases: AdminUsecases): readonly ApiService<'operator'>[] {
  return [appService(usecases), auditService(usecases)];
}

function appService({ apps, keys, credentials }: AdminUsecases): ApiService<'operator'> {
  return defineService('operator', AppServiceDefinition, {
    createApp: (request, context) => withApp(apps.create(context, request)),
    async getApp({ appId }, context) {
      const { app, usage } = await apps.get(context, appId);
      return { app: toApp(app), usage };
    },
    async listApps(request, context) {
      const { apps: found, nextPageToken } = await apps.list(context, request);
      return { apps: found.map(toApp), nextPageToken };
    },
    updateSettings: (request, context) => withApp(apps.updateSettings(context, request)),
    suspendApp: (request, context) => withApp(apps.suspend(context, request)),
    resumeApp: (request, context) => withApp(apps.resume(context, request)),
    async deleteApp(request, context) {
      await apps.delete(context, request);
      return {};
    },
    async addKey({ algorithm, ...request }, context) {
      const alg = algorithmOf(algorithm);
      const { key, secret } = await keys.add(context, { ...request, alg });
      return { key: toKey(key), secret };
    },
    listKeys: async ({ appId }, context) => ({
      keys: (await keys.list(context, appId)).map(toKey),
    }),
    retireKey: async (request, context) => ({ key: toKey(await keys.retire(context, request)) }),
    async createCredential({ scopes, ...request }, context) {
      const wanted = { ...request, scopes: scopesOf(scopes) };
      const { credential, bearer } = await credentials.create(context, wanted);
      return { credential: toCredential(credential), bearer };
    },
    async listCredentials({ appId }, context) {
      return { credentials: (await credentials.list(context, appId)).map(toCredential) };
    },
    revokeCredential: async (request, context) => ({
      credential: toCredential(await credentials.revoke(context, request)),
    }),
  });
}

async function withApp(changed: Promise<AppInfo>): Promise<{ app: App }> {
  return { app: toApp(await changed) };
}

function auditService({ listAuditEntries }: AdminUsecases): ApiService<'operator'> {
  return defineService('operator', AuditServiceDefinition, {
    async listAuditEntries(request, context) {
      const { entries, nextPageToken } = await listAuditEntries.run(context, request);
      return { entries: entries.map(toAuditEntry), nextPageToken };
    },
  });
}
