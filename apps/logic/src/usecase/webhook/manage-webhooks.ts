import { randomBytes } from 'node:crypto';
import { DomainError, invalidArgument, type AppId } from '@queqiao/domain';

import { activeApp } from '../app/active-app.js';
import type { Apps } from '../app/ports.js';
import type { BusinessContext } from '../caller.js';
import { checkId } from '../admin/administer.js';
import type { Refusals } from '../admin/ports.js';
import { recorded } from '../admin/recorded.js';
import { checkUrl } from '../outbound/check-url.js';
import { checkTypes, noSuchWebhook } from './check-webhook.js';
import type {
  ManagedWebhooks,
  SealedWebhook,
  WebhookInfo,
  WebhookRules,
  WebhookSecrets,
  WebhookStatus,
} from './ports.js';

/** For how long a secret may sign after it was replaced: 7 days. */
export const SECRET_OVERLAP_MAX_MS = 604_800_000;

export interface WebhookRequest {
  readonly clientRequestId: string;
  readonly webhookId: string;
}

export interface ManageWebhooksDeps {
  readonly apps: Apps;
  readonly webhooks: ManagedWebhooks;
  readonly refusals: Refusals;
  readonly secrets: WebhookSecrets;
  readonly rules: WebhookRules;
}

/** A webhook with the secret that the call made, or the one that it repeats; empty when that can be read no more. */
export interface SecretWebhook {
  readonly webhook: WebhookInfo;
  readonly secret: string;
}

/** The webhooks of an app. Errors: NOT_FOUND, ALREADY_EXISTS, LIMIT_EXCEEDED, PERMISSION_DENIED, INVALID_ARGUMENT, UNAVAILABLE. */
export class ManageWebhooks {
  constructor(readonly deps: ManageWebhooksDeps) {}

  create(
    context: BusinessContext,
    request: {
      readonly clientRequestId: string;
      readonly url: string;
      readonly types: readonly string[];
    },
  ): Promise<SecretWebhook> {
    const { apps, webhooks, refusals, secrets, rules } = this.deps;
    const { appId } = context;
    const about = { ...request, method: 'CreateWebhook' };
    return recorded(refusals, context, about, async (call) => {
      const url = checkUrl(request.url, rules);
      const types = checkTypes(request.types, rules.types, 'types');
      const { events } = await activeApp(apps, appId);
      if (!events) throw new DomainError('PERMISSION_DENIED', 'the app has events off');
      const webhookId = `w-${randomBytes(8).toString('hex')}`;
      const sealedSecret = secrets.make(appId, webhookId);
      const fresh = { webhookId, url, types, sealedSecret };
      return this.#shown(appId, await webhooks.create(call, appId, fresh));
    });
  }

  async get(
    { appId }: BusinessContext,
    webhookId: string,
  ): Promise<{ readonly webhook: WebhookInfo; readonly status: WebhookStatus }> {
    const found = await this.deps.webhooks.get(appId, checkId(webhookId, 'webhook_id'));
    if (found === null) throw noSuchWebhook();
    return found;
  }

  list({ appId }: BusinessContext): Promise<WebhookInfo[]> {
    return this.deps.webhooks.list(appId);
  }

  update(
    context: BusinessContext,
    request: WebhookRequest & {
      readonly url?: string | undefined;
      readonly enabled?: boolean | undefined;
      readonly types?: readonly string[] | undefined;
    },
  ): Promise<WebhookInfo> {
    const { webhooks, rules } = this.deps;
    return this.#change('UpdateWebhook', context, request, (call, webhookId) => {
      const { url, enabled, types } = request;
      return webhooks.update(call, context.appId, webhookId, {
        enabled,
        url: url === undefined ? undefined : checkUrl(url, rules),
        types: types === undefined ? undefined : checkTypes(types, rules.types, 'types.types'),
      });
    });
  }

  rotate(
    context: BusinessContext,
    request: WebhookRequest & { readonly overlapMs: number },
  ): Promise<SecretWebhook> {
    const { webhooks, secrets } = this.deps;
    const { appId } = context;
    return this.#change('RotateSecret', context, request, async (call, webhookId) => {
      const { overlapMs } = request;
      if (overlapMs < 0 || overlapMs > SECRET_OVERLAP_MAX_MS) {
        throw invalidArgument('overlap_ms', `must be 0 to ${SECRET_OVERLAP_MAX_MS}`);
      }
      const fresh = { sealed: secrets.make(appId, webhookId), overlapMs };
      return this.#shown(appId, await webhooks.rotate(call, appId, webhookId, fresh));
    });
  }

  remove(context: BusinessContext, request: WebhookRequest): Promise<void> {
    return this.#change('DeleteWebhook', context, request, (call, webhookId) =>
      this.deps.webhooks.remove(call, context.appId, webhookId),
    );
  }

  #shown(appId: AppId, { webhook, sealedSecret: sealed }: SealedWebhook): SecretWebhook {
    const { secrets } = this.deps;
    const secret = sealed && secrets.show(appId, webhook.webhookId, sealed);
    return { webhook, secret: secret ?? '' };
  }

  #change<T>(
    method: string,
    context: BusinessContext,
    { clientRequestId, webhookId }: WebhookRequest,
    work: (call: Parameters<ManagedWebhooks['remove']>[0], webhookId: string) => Promise<T>,
  ): Promise<T> {
    const about = { method, clientRequestId, target: webhookId };
    return recorded(this.deps.refusals, context, about, (call) =>
      work(call, checkId(webhookId, 'webhook_id')),
    );
  }
}
