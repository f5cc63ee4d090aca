import type { JsonObject } from '../rig/any-door.js';
import type { Asked, Row } from '../api/tenancy-rows.js';

/** Where back ends want to be told and asked. */
export function webhookRows(asked: Asked): Record<string, Row> {
  const hooked = (more: JsonObject = {}): Row => ({
    webhook_id: ({ webhook }) => [asked({ webhook_id: webhook, ...more })],
  });
  return {
    'server.v1.WebhookService/CreateWebhook': {},
    'server.v1.WebhookService/GetWebhook': {
      webhook_id: ({ webhook }) => [{ webhook_id: webhook }],
    },
    'server.v1.WebhookService/ListWebhooks': {},
    'server.v1.WebhookService/UpdateWebhook': hooked({ enabled: true }),
    'server.v1.WebhookService/RotateSecret': hooked(),
    'server.v1.WebhookService/DeleteWebhook': hooked(),
    'server.v1.WebhookService/ListDeadLetters': {
      webhook_id: ({ webhook }) => [{ webhook_id: webhook }],
    },
    'server.v1.WebhookService/ReplayDeadLetters': {
      ...hooked(),
      event_ids: ({ event }) => [asked({ webhook_id: 'own-hook', event_ids: [event] })],
    },
    // An app has one hook, which no id names.
    'server.v1.HookService/SetBeforeSendHook': {},
    'server.v1.HookService/GetBeforeSendHook': {},
    'server.v1.HookService/DeleteBeforeSendHook': {},
  };
}
