import { WebhookServiceDefinition as Webhooks } from '@queqiao/protocol/server';
import type { AppSettingsInput } from '@queqiao/store-mysql';
import { queryRows, type TestApp } from '@queqiao/testkit';
import { ApiRig, newId } from '../rig/api-rig.js';
import { TestReceiver } from './test-receiver.js';

type Call = ReturnType<ApiRig['backEndCalls']>;

/** Apps with receivers, whose webhooks are sent by real nodes. */
export class WebhookRig {
  readonly #receivers: TestReceiver[] = [];
  #apps = 0;

  private constructor(readonly rig: ApiRig) {}

  static async start(nodes = 1): Promise<WebhookRig> {
    return new WebhookRig(await ApiRig.start(nodes));
  }

  async stop(): Promise<void> {
    await this.rig.stop();
    await Promise.all(this.#receivers.map((each) => each.stop()));
  }

  async receiver(): Promise<TestReceiver> {
    const receiver = await new TestReceiver().start();
    this.#receivers.push(receiver);
    return receiver;
  }

  /** A new app with a webhook to a new receiver. */
  async hooked(types: string[] = [], settings: AppSettingsInput = {}) {
    this.#apps += 1;
    const app = await this.rig.createApp(`hooked-${this.#apps}`, { events: true, ...settings });
    await this.rig.backEnd(`Bearer ${app.credential}`).upsert('ann', 'bob', 'cid', 'dan');
    const receiver = await this.receiver();
    const call = this.rig.backEndCalls(app);
    const made = await call(Webhooks, 'createWebhook', {
      clientRequestId: newId(),
      url: receiver.url,
      types,
    });
    const webhookId = made.webhook?.webhookId ?? '';
    return { app, receiver, call, webhookId, secret: made.secret };
  }

  /** Says something; what the entry is named. */
  async say(app: TestApp, conversationId: string, text = newId(), node = 0): Promise<string> {
    const [, sender = ''] = conversationId.split(':');
    const user = await this.rig.signedIn(app, sender, node);
    const { seq } = await user.send(conversationId, newId(), text);
    return `${conversationId} ${seq}`;
  }

  query(sql: string) {
    return queryRows(this.rig.database.url, sql);
  }
}

export async function statusOf(call: Call, webhookId: string) {
  const { status } = await call(Webhooks, 'getWebhook', { webhookId });
  if (status === undefined) throw new Error('a webhook without its status');
  return status;
}

export async function lettersOf(call: Call, webhookId: string) {
  return (await call(Webhooks, 'listDeadLetters', { webhookId })).deadLetters;
}

/** Of the first node, over all labels. */
export async function metricOf({ rig }: WebhookRig, name: string): Promise<number> {
  const metric = rig.nodes[0]?.logic.registry.getSingleMetric(name);
  const { values } = (await metric?.get()) ?? { values: [] };
  return values.reduce((sum, { value }) => sum + value, 0);
}
