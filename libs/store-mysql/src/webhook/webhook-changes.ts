import { DomainError, type AppId } from '@queqiao/domain';
import { administer, existing, noSuch, type AdminTransaction } from '../admin/administer.js';
import type { AdminChangeCall } from '../admin-types.js';
import type { StoreContext } from '../store-context.js';
import {
  WEBHOOKS_MAX_PER_APP,
  type NewWebhook,
  type WebhookChange,
  type WebhookInfo,
} from '../webhook-types.js';
import { toInfo } from './webhook-rows.js';

export function createWebhook(
  context: StoreContext,
  call: AdminChangeCall,
  appId: AppId,
  { webhookId, url, types, sealedSecret }: NewWebhook,
): Promise<WebhookInfo> {
  return administer(context, call, appId, {
    change: async (tx) => {
      existing(tx);
      await refuseMore(tx);
      const place = await newest(tx);
      const shown = { webhook_id: webhookId, url, created_ms: tx.nowMs, enabled: 1 };
      const fresh = { ...shown, disabled_reason: '', previous_until_ms: 0 };
      await tx.trx
        .insertInto('webhooks')
        .values({
          ...fresh,
          ...place,
          app_id: appId,
          types: JSON.stringify(types),
          secret: Buffer.from(sealedSecret),
          previous_secret: null,
          revision: 1,
          owner: '',
          last_success_ms: 0,
          last_failure_ms: 0,
          last_error: '',
          missed_ms: 0,
        })
        .execute();
      return { answer: toInfo({ ...fresh, types: [...types] }), target: webhookId };
    },
  });
}

export function updateWebhook(
  context: StoreContext,
  call: AdminChangeCall,
  appId: AppId,
  webhookId: string,
  { url, enabled, types }: WebhookChange,
): Promise<WebhookInfo> {
  return administer(context, call, appId, {
    change: async (tx) => {
      const row = await lockWebhook(tx, webhookId);
      const changed = {
        ...row,
        url: url ?? row.url,
        enabled: Number(enabled ?? row.enabled === 1),
        types: [...(types ?? row.types)],
        // Who turns it on or off does it instead of the server.
        disabled_reason: enabled === undefined ? row.disabled_reason : '',
      };
      await tx.trx
        .updateTable('webhooks')
        .set({
          url: changed.url,
          enabled: changed.enabled,
          types: JSON.stringify(changed.types),
          disabled_reason: changed.disabled_reason,
          revision: row.revision + 1,
        })
        .where('app_id', '=', appId)
        .where('webhook_id', '=', webhookId)
        .execute();
      if (changed.enabled > row.enabled) await beginAnew(tx, webhookId);
      return { answer: toInfo(changed), target: webhookId };
    },
  });
}

/** While it was off nobody was asked: what waits has a day of attempts from now on. */
async function beginAnew({ trx, appId, nowMs }: AdminTransaction, webhookId: string) {
  await trx
    .updateTable('webhook_waits')
    .set({ attempts: 0, first_attempt_ms: 0, due_ms: nowMs })
    .where('app_id', '=', appId)
    .where('webhook_id', '=', webhookId)
    .execute();
}

export function rotateSecret(
  context: StoreContext,
  call: AdminChangeCall,
  appId: AppId,
  webhookId: string,
  secret: { readonly sealed: Uint8Array; readonly rotationId: string; readonly overlapMs: number },
): Promise<{ webhook: WebhookInfo; rotationId: string }> {
  return administer(context, call, appId, {
    change: async (tx) => {
      const row = await lockWebhook(tx, webhookId);
      const { sealed, rotationId, overlapMs } = secret;
      const previousUntilMs = overlapMs === 0 ? 0 : tx.nowMs + overlapMs;
      await tx.trx
        .updateTable('webhooks')
        .set({
          secret: Buffer.from(sealed),
          previous_secret: overlapMs === 0 ? null : row.secret,
          previous_until_ms: previousUntilMs,
          revision: row.revision + 1,
        })
        .where('app_id', '=', appId)
        .where('webhook_id', '=', webhookId)
        .execute();
      const webhook = toInfo({ ...row, previous_until_ms: previousUntilMs });
      return { answer: { webhook, rotationId }, target: webhookId };
    },
  });
}

export function removeWebhook(
  context: StoreContext,
  call: AdminChangeCall,
  appId: AppId,
  webhookId: string,
): Promise<void> {
  return administer(context, call, appId, {
    change: async (tx) => {
      await lockWebhook(tx, webhookId);
      for (const table of ['webhooks', 'webhook_waits', 'webhook_dead_letters'] as const) {
        await tx.trx
          .deleteFrom(table)
          .where('app_id', '=', appId)
          .where('webhook_id', '=', webhookId)
          .execute();
      }
      return { answer: undefined, target: webhookId };
    },
  });
}

/** Errors: NOT_FOUND. */
export async function lockWebhook(tx: AdminTransaction, webhookId: string) {
  existing(tx);
  const row = await tx.trx
    .selectFrom('webhooks')
    .selectAll()
    .where('app_id', '=', tx.appId)
    .where('webhook_id', '=', webhookId)
    .forUpdate()
    .executeTakeFirst();
  if (row === undefined) throw noSuch('webhook', 'webhook_id');
  return row;
}

async function refuseMore({ trx, appId }: AdminTransaction): Promise<void> {
  const rows = await trx
    .selectFrom('webhooks')
    .select('webhook_id')
    .where('app_id', '=', appId)
    .limit(WEBHOOKS_MAX_PER_APP)
    .execute();
  if (rows.length < WEBHOOKS_MAX_PER_APP) return;
  const message = `an app has at most ${WEBHOOKS_MAX_PER_APP} webhooks`;
  throw new DomainError('LIMIT_EXCEEDED', message, { field: 'WEBHOOKS_MAX_PER_APP' });
}

async function newest({ trx, appId }: AdminTransaction): Promise<{ position: number; seq: 0 }> {
  const row = await trx
    .selectFrom('app_event_heads')
    .select('last_position')
    .where('app_id', '=', appId)
    .executeTakeFirst();
  return { position: row?.last_position ?? 0, seq: 0 };
}
