import type { Transaction } from 'kysely';
import { replacedSecrets } from '../outbound/signing-secrets.js';
import type { Schema } from '../schema/schema.js';
import { DATABASE_NOW, retrying, type StoreContext } from '../store-context.js';
import { incoming } from '../upsert.js';
import type { HeldWebhook, WebhookKey, WebhookProgress } from '../webhook-types.js';
import { toWait } from './webhook-rows.js';

export async function heldWebhook(
  { kysely }: StoreContext,
  { appId, webhookId }: WebhookKey,
  owner: string,
): Promise<HeldWebhook | null> {
  const row = await kysely
    .selectFrom('webhooks')
    .selectAll()
    .where('app_id', '=', appId)
    .where('webhook_id', '=', webhookId)
    .where('owner', '=', owner)
    .where('enabled', '=', 1)
    .executeTakeFirst();
  if (row === undefined) return null;
  const waits = await kysely
    .selectFrom('webhook_waits')
    .selectAll()
    .where('app_id', '=', appId)
    .where('webhook_id', '=', webhookId)
    .execute();
  return {
    url: row.url,
    types: row.types,
    sealedSecret: row.secret,
    replaced: replacedSecrets(row, 0),
    revision: row.revision,
    place: { position: row.position, seq: row.seq === 0 ? null : row.seq },
    lastError: row.last_error,
    waits: waits.map(toWait),
  };
}

/** The same when done twice. */
export function saveProgress(
  context: StoreContext,
  key: WebhookKey,
  owner: string,
  progress: WebhookProgress,
): Promise<boolean> {
  return retrying(context, () =>
    context.kysely.transaction().execute(async (trx) => {
      if (!(await movePlace(trx, key, owner, progress))) return false;
      await removeWaits(trx, key, progress.over);
      await writeWaits(trx, key, progress.waits);
      await writeDeadLetters(trx, key, progress.deadLetters);
      return true;
    }),
  );
}

async function movePlace(
  trx: Transaction<Schema>,
  { appId, webhookId }: WebhookKey,
  owner: string,
  progress: WebhookProgress,
): Promise<boolean> {
  const { place, lastSuccessMs, lastFailureMs, lastError, missed, disabled } = progress;
  const of = trx
    .selectFrom('webhooks')
    .select('revision')
    .where('app_id', '=', appId)
    .where('webhook_id', '=', webhookId);
  // Also of one that was turned off meanwhile: what it has got it has got.
  const held = await of.where('owner', '=', owner).forUpdate().executeTakeFirst();
  if (held === undefined) return false;
  await trx
    .updateTable('webhooks')
    .set({
      position: place.position,
      seq: place.seq ?? 0,
      ...(lastSuccessMs === null ? {} : { last_success_ms: lastSuccessMs }),
      ...(lastFailureMs === null ? {} : { last_failure_ms: lastFailureMs, last_error: lastError }),
      ...(missed ? { missed_ms: DATABASE_NOW } : {}),
      // What another receiver has answered says nothing of the one that is named by now.
      ...(disabled?.revision === held.revision
        ? { enabled: 0, disabled_reason: disabled.reason, revision: held.revision + 1 }
        : {}),
    })
    .where('app_id', '=', appId)
    .where('webhook_id', '=', webhookId)
    .execute();
  return true;
}

async function removeWaits(
  trx: Transaction<Schema>,
  { appId, webhookId }: WebhookKey,
  over: WebhookProgress['over'],
): Promise<void> {
  for (const { conversationId, firstSeq } of over) {
    await trx
      .deleteFrom('webhook_waits')
      .where('app_id', '=', appId)
      .where('webhook_id', '=', webhookId)
      .where('conversation_id', '=', conversationId)
      .where('first_seq', '=', firstSeq)
      .execute();
  }
}

async function writeWaits(
  trx: Transaction<Schema>,
  { appId, webhookId }: WebhookKey,
  waits: WebhookProgress['waits'],
): Promise<void> {
  if (waits.length === 0) return;
  await trx
    .insertInto('webhook_waits')
    .values(
      waits.map((wait) => ({
        app_id: appId,
        webhook_id: webhookId,
        conversation_id: wait.conversationId,
        first_seq: wait.firstSeq,
        next_seq: wait.nextSeq,
        last_seq: wait.lastSeq,
        attempts: wait.attempts,
        first_attempt_ms: wait.firstAttemptMs,
        due_ms: wait.dueMs,
        last_error: wait.lastError,
        event_id: wait.eventId,
      })),
    )
    .onDuplicateKeyUpdate({
      next_seq: incoming<number>('next_seq'),
      last_seq: incoming<number>('last_seq'),
      attempts: incoming<number>('attempts'),
      first_attempt_ms: incoming<number>('first_attempt_ms'),
      due_ms: incoming<number>('due_ms'),
      last_error: incoming<string>('last_error'),
    })
    .execute();
}

async function writeDeadLetters(
  trx: Transaction<Schema>,
  { appId, webhookId }: WebhookKey,
  letters: WebhookProgress['deadLetters'],
): Promise<void> {
  if (letters.length === 0) return;
  await trx
    .insertInto('webhook_dead_letters')
    .ignore()
    .values(
      letters.map((letter) => ({
        app_id: appId,
        webhook_id: webhookId,
        event_id: letter.eventId,
        conversation_id: letter.conversationId,
        seq: letter.seq,
        attempts: letter.attempts,
        first_attempt_ms: letter.firstAttemptMs,
        died_ms: DATABASE_NOW,
        last_error: letter.lastError,
      })),
    )
    .execute();
}
