import { DomainError, type AppId } from '@queqiao/domain';
import type { AdminChangeCall, AppInfo } from '../admin-types.js';
import { addAppRevocation } from '../account/app-revocations.js';
import { readSettings } from '../app-settings.js';
import { markEventsOn } from '../event/event-gap.js';
import type { StoreContext } from '../store-context.js';
import { beginUsage, countSoon } from '../usage/usage-rows.js';
import { beginAnew } from '../webhook/webhook-changes.js';
import { administer, existing, type AdminTransaction, type AppRow } from './administer.js';
import { patchSettings, settingNames } from './patch-settings.js';

export function createApp(
  context: StoreContext,
  call: AdminChangeCall,
  appId: AppId,
  name: string,
): Promise<AppInfo> {
  return administer(context, call, appId, {
    change: async ({ trx, row, nowMs }) => {
      if (row !== undefined) {
        throw new DomainError('ALREADY_EXISTS', 'the id is taken', { field: 'app_id' });
      }
      const fresh = { app_id: appId, name, status: 'active', created_ms: nowMs } as const;
      await trx
        .insertInto('apps')
        .values({ ...fresh, settings: '{}' })
        .execute();
      await beginUsage(trx, appId);
      return { answer: toAppInfo({ ...fresh, settings: {}, suspended_ms: 0 }) };
    },
  });
}

export function updateSettings(
  context: StoreContext,
  call: AdminChangeCall,
  appId: AppId,
  patch: Readonly<Record<string, unknown>>,
  field: string,
): Promise<AppInfo> {
  return administer(context, call, appId, {
    change: async (tx) => {
      const row = existing(tx);
      const settings = patchSettings(row.settings, patch, field);
      await tx.trx
        .updateTable('apps')
        .set({ settings: JSON.stringify(settings) })
        .where('app_id', '=', appId)
        .execute();
      await markEventsOn(tx.trx, appId, row.settings, settings);
      await countSoon(tx.trx, appId);
      return { answer: toAppInfo({ ...row, settings }), target: settingNames(patch) };
    },
  });
}

export function suspendApp(
  context: StoreContext,
  call: AdminChangeCall,
  appId: AppId,
): Promise<AppInfo> {
  return administer(context, call, appId, {
    change: async (tx) => {
      const row = existing(tx);
      await setStatus(tx, 'suspended');
      return { answer: toAppInfo({ ...row, status: 'suspended', suspended_ms: tx.nowMs }) };
    },
    revoke: (tx) => endSessions(tx),
  });
}

export function resumeApp(
  context: StoreContext,
  call: AdminChangeCall,
  appId: AppId,
): Promise<AppInfo> {
  return administer(context, call, appId, {
    change: async (tx) => {
      const row = existing(tx);
      await setStatus(tx, 'active');
      if (row.status === 'suspended') await beginAnew(tx);
      return { answer: toAppInfo({ ...row, status: 'active' }) };
    },
  });
}

export function deleteApp(
  context: StoreContext,
  call: AdminChangeCall,
  appId: AppId,
): Promise<void> {
  return administer(context, call, appId, {
    change: async (tx) => {
      if (existing(tx).status !== 'suspended') {
        throw new DomainError('CONFLICT', 'only a suspended app is deleted', { field: 'app_id' });
      }
      const { trx, nowMs } = tx;
      const deleted = { status: 'deleted', name: '', settings: '{}', deleted_ms: nowMs } as const;
      await trx.updateTable('apps').set(deleted).where('app_id', '=', appId).execute();
      await trx.deleteFrom('app_keys').where('app_id', '=', appId).execute();
      await trx.deleteFrom('app_credentials').where('app_id', '=', appId).execute();
      await trx.deleteFrom('app_usage').where('app_id', '=', appId).execute();
      return { answer: undefined };
    },
  });
}

export function toAppInfo(
  row: Pick<AppRow, 'app_id' | 'name' | 'status' | 'created_ms' | 'suspended_ms' | 'settings'>,
): AppInfo {
  return {
    appId: row.app_id,
    name: row.name,
    status: row.status === 'active' ? 'active' : 'suspended',
    createdMs: row.created_ms,
    suspendedMs: row.suspended_ms,
    settings: readSettings(row.settings),
    setSettings: row.settings,
  };
}

async function setStatus({ trx, appId }: AdminTransaction, status: 'active' | 'suspended') {
  await trx.updateTable('apps').set({ status }).where('app_id', '=', appId).execute();
}

/** Of an app that is suspended now. A later time covers the same sessions. */
async function endSessions({ trx, appId, nowMs }: AdminTransaction): Promise<void> {
  const { numUpdatedRows } = await trx
    .updateTable('apps')
    .set({ suspended_ms: nowMs })
    .where('app_id', '=', appId)
    .where('status', '=', 'suspended')
    .executeTakeFirst();
  if (numUpdatedRows === 0n) return;
  await addAppRevocation(trx, { appId, keyId: null, revokedMs: nowMs });
}
