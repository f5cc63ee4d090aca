import { counterIn, gaugeIn, type Registry } from '@queqiao/runtime';
import type { Outcome } from './ports.js';

export type WebhookMetrics = ReturnType<typeof webhookMetrics>;

export function webhookMetrics(registry: Registry) {
  const counter = (name: string, help: string) => counterIn(registry, { name, help });
  const gauge = (name: string, help: string) => gaugeIn(registry, { name, help });
  return {
    attempts: counterIn(registry, {
      name: 'queqiao_webhook_attempts_total',
      help: 'Requests to webhooks, by what they came to',
      labelNames: ['outcome'],
    }),
    deadLetters: counter('queqiao_webhook_dead_letters_total', 'Events that were given up on'),
    missed: counter(
      'queqiao_webhook_missed_total',
      'Times that a webhook came so late that events were kept no longer',
    ),
    rereads: counter(
      'queqiao_webhook_rereads_total',
      'Events that were read again to be sent, as what was read of them had become too old',
    ),
    failures: counter(
      'queqiao_webhook_store_failures_total',
      'Reads and writes of webhooks that failed, and are tried again',
    ),
    owned: gauge('queqiao_webhook_owned', 'Webhooks that this node sends'),
    away: gauge('queqiao_webhook_away', 'Of them, those whose receiver is away'),
    unsigned: gauge('queqiao_webhook_unsigned', 'Of them, those whose secret no key opens'),
    requests: gauge('queqiao_webhook_requests', 'Requests of this node under way'),
    held: gauge('queqiao_webhook_held', 'Webhooks that wait for requests of others to end'),
    waits: gauge('queqiao_webhook_waits', 'Conversations that wait for another attempt'),
    bytes: gauge(
      'queqiao_webhook_buffered_bytes',
      'Bytes of contents that were read and not dealt with',
    ),
    pending: gauge(
      'queqiao_webhook_pending_commits',
      'Commits of which not every event was dealt with, of all webhooks of this node',
    ),
  };
}

export function labelOf(outcome: Outcome): string {
  if (outcome.kind !== 'refused') return outcome.kind;
  return outcome.error.startsWith('status ') ? 'status' : outcome.error;
}
