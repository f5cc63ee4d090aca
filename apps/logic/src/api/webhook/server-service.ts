import {
  WebhookServiceDefinition,
  type DeadLetter as DeadLetterMessage,
  type Webhook,
} from '@queqiao/protocol/server';
import type { DeadLetters } from '../../usecase/webhook/dead-letters.js';
import type { ManageWebhooks } from '../../usecase/webhook/manage-webhooks.js';
import type { DeadLetter, WebhookInfo } from '../../usecase/webhook/ports.js';
import { defineService, type ApiService } from '../api-service.js';

export function serverWebhookService({
  webhooks,
  deadLetters,
}: {
  readonly webhooks: ManageWebhooks;
  readonly deadLetters: DeadLetters;
}): ApiService<'business'> {
  return defineService('business', WebhookServiceDefinition, {
    async createWebhook(request, context) {
      const { webhook, secret } = await webhooks.create(context, request);
      return { webhook: toWebhook(webhook), secret };
    },
    async getWebhook({ webhookId }, context) {
      const { webhook, status } = await webhooks.get(context, webhookId);
      return { webhook: toWebhook(webhook), status };
    },
    listWebhooks: async (_request, context) => ({
      webhooks: (await webhooks.list(context)).map(toWebhook),
    }),
    updateWebhook: async ({ types, ...request }, context) => ({
      webhook: toWebhook(await webhooks.update(context, { ...request, types: types?.types })),
    }),
    async rotateSecret(request, context) {
      const { webhook, secret } = await webhooks.rotate(context, request);
      return { webhook: toWebhook(webhook), secret };
    },
    async deleteWebhook(request, context) {
      await webhooks.remove(context, request);
      return {};
    },
    async listDeadLetters(request, context) {
      const { deadLetters: found, nextPageToken } = await deadLetters.list(context, request);
      return { deadLetters: found.map(toDeadLetter), nextPageToken };
    },
    replayDeadLetters: (request, context) => deadLetters.replay(context, request),
  });
}

function toWebhook(webhook: WebhookInfo): Webhook {
  const { types, previousUntilMs, earlierUntilMs, ...info } = webhook;
  const until = { previousSecretUntilMs: previousUntilMs };
  return { ...info, types: [...types], ...until, earlierSecretsUntilMs: [...earlierUntilMs] };
}

function toDeadLetter(letter: DeadLetter): DeadLetterMessage {
  return { ...letter };
}
