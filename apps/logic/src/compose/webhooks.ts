import type { AppId } from '@queqiao/domain';
import type { Database } from '@queqiao/store-mysql';
import type { Clock, Logger, Registry } from '@queqiao/runtime';
import { serverWebhookService, webhookFormat, type AnyService } from '../api/index.js';
import type { LogicConfig } from '../config.js';
import type { EventBell } from '../delivery/index.js';
import {
  allowsHost,
  GuardedRequests,
  newSigningSecret,
  SecretBox,
  signingSecretText,
} from '../outbound/index.js';
import type { Refusals } from '../usecase/admin/ports.js';
import type { Apps } from '../usecase/app/ports.js';
import { DeadLetters } from '../usecase/webhook/dead-letters.js';
import { ManageWebhooks } from '../usecase/webhook/manage-webhooks.js';
import type { WebhookSecrets } from '../usecase/webhook/ports.js';
import { HttpSender, WebhookPump, type HeldWebhook, type WebhookKey } from '../webhook/index.js';
import { callsOf } from './calls.js';

/** Where other hosts are sent something, and with whose secrets. */
export interface Outbound {
  readonly box: SecretBox;
  readonly requests: GuardedRequests;
  readonly rules: { readonly allowHttp: boolean; readonly allowPrivate: boolean };
}

/** Undefined: without a key no secret can be kept, and there are no webhooks. */
export function createOutbound(config: LogicConfig, metrics: Registry): Outbound | undefined {
  const { secretKeys, outboundHttp: allowHttp, outboundPrivate: allowPrivate } = config;
  if (secretKeys.length === 0) return undefined;
  const rules = { allowHttp, allowPrivate };
  return {
    box: new SecretBox(secretKeys),
    requests: new GuardedRequests(rules, undefined, metrics),
    rules,
  };
}

const purposeOf = (appId: AppId, webhookId: string): string => `webhook ${appId} ${webhookId}`;

/** None without somewhere to keep secrets. */
export function webhookServices(
  database: Pick<Database, 'whileWanted'>,
  apps: Apps,
  outbound: Outbound | undefined,
  refusals: Refusals,
): readonly AnyService[] {
  if (outbound === undefined) return [];
  const { box, rules } = outbound;
  const secrets: WebhookSecrets = {
    make: (appId, webhookId) => box.seal(newSigningSecret(), purposeOf(appId, webhookId)),
    show(appId, webhookId, sealed) {
      const secret = box.open(sealed, purposeOf(appId, webhookId));
      return secret && signingSecretText(secret);
    },
  };
  const { allowHttp, allowPrivate } = rules;
  const { types } = webhookFormat();
  const urls = { allowHttp, types, allowsHost: (url: URL) => allowsHost(url, allowPrivate) };
  const call = callsOf(database);
  return [
    serverWebhookService({
      webhooks: call(
        ({ webhooks }) => new ManageWebhooks({ apps, webhooks, refusals, secrets, rules: urls }),
      ),
      deadLetters: call(({ webhooks }) => new DeadLetters({ webhooks, refusals })),
    }),
  ];
}

export interface WebhookPumpParts {
  readonly database: Pick<Database, 'webhooks' | 'events' | 'epoch'>;
  readonly bell: EventBell;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
}

export function webhookPump(
  { database, ...shared }: WebhookPumpParts,
  outbound: Outbound | undefined,
  node: { readonly nodeId: string; readonly bootId: string },
): WebhookPump | undefined {
  if (outbound === undefined) return undefined;
  const { webhooks: rows, events, epoch } = database;
  const { box, requests } = outbound;
  const open = async ({ appId, webhookId }: WebhookKey, held: HeldWebhook) => {
    const { url, revision, sealedSecret: sealed, replaced } = held;
    const purpose = purposeOf(appId, webhookId);
    const opened = [{ sealed, untilMs: Infinity }, ...replaced].flatMap((each) => {
      const secret = box.open(each.sealed, purpose);
      return secret === null ? [] : [{ secret, untilMs: each.untilMs }];
    });
    // One before whose key is lost signs no more, and holds nothing up.
    const secrets = opened[0]?.untilMs === Infinity ? opened : [];
    return { appId, revision, url, secrets, logEpoch: await epoch.logEpoch() };
  };
  const sender = new HttpSender({ requests, encode: webhookFormat().encode });
  return new WebhookPump({ ...shared, rows, events, sender, open }, node);
}
