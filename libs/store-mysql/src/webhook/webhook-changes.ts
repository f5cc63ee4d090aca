import { DomainError, type AppId } from '@queqiao/domain';
import { administer, existing, noSuch, type AdminTransaction } from '../admin/administer.js';
import type { AdminChangeCall } from '../admin-types.js';
import { asBytes, asText, rotated } from '../outbound/signing-secrets.js';
import type { StoreContext } from '../store-context.js';
import {
  WEBHOOKS_MAX_PER_APP,
  type NewWebhook,
  type SealedWebhook,
  type WebhookChange,
  type WebhookInfo,
} from '../webhook-types.js';
import { toInfo } from './webhook-rows.js';

/** As answers are kept, in which the secret stays sealed. */
type WithSecret<T> = T & { readonly sealed?: string };

export async function createWebhook(
  context: StoreContext,
  call: AdminChangeCall,
  appId: AppId,
  { webhookId, url, types, sealedSecret }: NewWebhook,
): Promise<SealedWebhook> {
  const answer = await administer<WithSecret<WebhookInfo>>(context, call, appId, {
    change: async (tx) => {
      existing(tx);
      await refuseMore(tx);
      const place = await newest(tx);
      const shown = { webhook_id: webhookId, url, created_ms: tx.nowMs, enabled: 1 };
      const fresh = { ...shown, disabled_reason: '', previous_until_ms: 0, earlier_secrets: null };
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
      const webhook = toInfo({ ...fresh, types: [...types] });
      return { answer: { ...webhook, sealed: asText(sealedSecret) }, target: webhookId };
    },
  });
  const { sealed, ...webhook } = answer;
  return { webhook: whole(webhook), sealedSecret: asBytes(sealed) };
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

/**
 * While the webhook was off, or without a name those of the whole app, nobody was asked: what waits has a day of attempts from now on.
 */
export async function beginAnew({ trx, appId, nowMs }: AdminTransaction, webhookId?: string) {
  const waits = trx
    .updateTable('webhook_waits')
    .set({ attempts: 0, first_attempt_ms: 0, due_ms: nowMs })
    .where('app_id', '=', appId);
  await (webhookId === undefined ? waits : waits.where('webhook_id', '=', webhookId)).execute();
}

export async function rotateSecret(
  context: StoreContext,
  call: AdminChangeCall,
  appId: AppId,
  webhookId: string,
  { sealed, overlapMs }: { readonly sealed: Uint8Array; readonly overlapMs: number },
): Promise<SealedWebhook> {
  const answer = await administer<WithSecret<{ webhook: WebhookInfo }>>(context, call, appId, {
    change: async (tx) => {
      const row = await lockWebhook(tx, webhookId);
      const secrets = rotated(row, sealed, { nowMs: tx.nowMs, overlapMs });
      await tx.trx
        .updateTable('webhooks')
        .set({
          ...secrets,
          earlier_secrets: JSON.stringify(secrets.earlier_secrets),
          revision: row.revision + 1,
        })
        .where('app_id', '=', appId)
        .where('webhook_id', '=', webhookId)
        .execute();
      const webhook = toInfo({ ...row, ...secrets });
      return { answer: { webhook, sealed: asText(sealed) }, target: webhookId };
    },
  });
  return { webhook: whole(answer.webhook), sealedSecret: asBytes(answer.sealed) };
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

/** Answers that were kept by older versions have less. */
function whole(webhook: WebhookInfo): WebhookInfo {
  return { ...webhook, earlierUntilMs: (webhook as Partial<WebhookInfo>).earlierUntilMs ?? [] };
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
