import type { Selectable } from 'kysely';
import { earlierUntilMs } from '../outbound/signing-secrets.js';
import type {
  WebhookDeadLettersTable,
  WebhooksTable,
  WebhookWaitsTable,
} from '../schema/webhooks.js';
import type { DeadLetter, WebhookInfo, WebhookWait } from '../webhook-types.js';

export const INFO_COLUMNS = [
  'webhook_id',
  'url',
  'types',
  'enabled',
  'disabled_reason',
  'created_ms',
  'previous_until_ms',
  'earlier_secrets',
] as const;

export type InfoRow = Pick<Selectable<WebhooksTable>, (typeof INFO_COLUMNS)[number]>;

export function toInfo(row: InfoRow): WebhookInfo {
  return {
    webhookId: row.webhook_id,
    url: row.url,
    types: row.types,
    enabled: row.enabled === 1,
    disabledReason: row.disabled_reason,
    createdMs: row.created_ms,
    previousUntilMs: row.previous_until_ms,
    earlierUntilMs: earlierUntilMs(row),
  };
}

export function toWait(row: Selectable<WebhookWaitsTable>): WebhookWait {
  return {
    conversationId: row.conversation_id,
    firstSeq: row.first_seq,
    nextSeq: row.next_seq,
    lastSeq: row.last_seq,
    attempts: row.attempts,
    firstAttemptMs: row.first_attempt_ms,
    dueMs: row.due_ms,
    lastError: row.last_error,
    eventId: row.event_id,
  };
}

export function toDeadLetter(row: Selectable<WebhookDeadLettersTable>): DeadLetter {
  return {
    eventId: row.event_id,
    conversationId: row.conversation_id,
    seq: row.seq,
    attempts: row.attempts,
    firstAttemptMs: row.first_attempt_ms,
    diedMs: row.died_ms,
    lastError: row.last_error,
  };
}
