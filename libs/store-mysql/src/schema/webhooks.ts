import type { AppId, ConversationId } from '@queqiao/domain';
import type { ColumnType, JSONColumnType } from 'kysely';
import type { EarlierSecret } from '../outbound/signing-secrets.js';

export interface WebhooksTable {
  app_id: AppId;
  webhook_id: string;
  url: string;
  types: ColumnType<string[], string, string>;
  enabled: number;
  disabled_reason: string;
  secret: Buffer;
  previous_secret: Buffer | null;
  previous_until_ms: number;
  earlier_secrets: JSONColumnType<readonly EarlierSecret[]> | null;
  created_ms: number;
  revision: number;
  owner: string;
  position: number;
  seq: number;
  last_success_ms: number;
  last_failure_ms: number;
  last_error: string;
  missed_ms: number;
}

export interface WebhookNodesTable {
  node_id: string;
  boot_id: string;
  expires_ms: number;
}

export interface WebhookWaitsTable {
  app_id: AppId;
  webhook_id: string;
  conversation_id: ConversationId;
  first_seq: number;
  next_seq: number;
  last_seq: number;
  attempts: number;
  first_attempt_ms: number;
  due_ms: number;
  last_error: string;
  event_id: string;
}

export interface WebhookDeadLettersTable {
  app_id: AppId;
  webhook_id: string;
  event_id: string;
  conversation_id: ConversationId;
  seq: number;
  attempts: number;
  first_attempt_ms: number;
  died_ms: number;
  last_error: string;
}

export interface WebhookSchema {
  webhooks: WebhooksTable;
  webhook_nodes: WebhookNodesTable;
  webhook_waits: WebhookWaitsTable;
  webhook_dead_letters: WebhookDeadLettersTable;
}
