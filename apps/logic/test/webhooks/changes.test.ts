import { WebhookServiceDefinition as Webhooks } from '@queqiao/protocol/server';
import { eventually } from '@queqiao/testkit';
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { newId } from '../rig/api-rig.js';
import type { TestReceiver } from './test-receiver.js';
import { metricOf, statusOf, WebhookRig } from './webhook-rig.js';

type Hooked = Awaited<ReturnType<WebhookRig['hooked']>>;

let hooks: WebhookRig;
beforeEach(async () => {
  hooks = await WebhookRig.start();
});
afterEach(() => hooks.stop());

const chat = 'd:ann:bob';

function update({ call, webhookId }: Hooked, change: { url?: string; enabled?: boolean }) {
  return call(Webhooks, 'updateWebhook', { clientRequestId: newId(), webhookId, ...change });
}

/** Answers nothing from now on by itself. */
function held(receiver: TestReceiver): ServerResponse[] {
  const responses: ServerResponse[] = [];
  receiver.answer = () => (response) => void responses.push(response);
  return responses;
}

it('a receiver that was left says nothing of the one that is named by now', async () => {
  const hooked = await hooks.hooked();
  const { app, receiver, call, webhookId } = hooked;
  const requests = held(receiver);
  const said = await hooks.say(app, chat);
  await eventually('a request', () => requests.length === 1);
  const other = await hooks.receiver();
  await update(hooked, { url: other.url });
  requests[0]?.writeHead(410).end();
  await other.until(1);
  expect(other.names).toEqual([said]);
  const { webhook } = await call(Webhooks, 'getWebhook', { webhookId });
  expect(webhook).toMatchObject({ enabled: true, disabledReason: '' });
});

it('another receiver gets what the one before has refused, without the pause that it had asked for', async () => {
  const hooked = await hooks.hooked();
  const { app, receiver } = hooked;
  receiver.answer = () => (response) => {
    response.writeHead(503, { 'retry-after': '300' }).end();
  };
  const said = await hooks.say(app, chat);
  await eventually('it waits', async () => {
    return (await hooks.query('SELECT 1 FROM webhook_waits WHERE attempts = 1')).length === 1;
  });
  const other = await hooks.receiver();
  await update(hooked, { url: other.url });
  await other.until(1);
  expect(other.names).toEqual([said]);
});

it('a webhook whose new secret does not open stands still, and sends nothing to where it went before', async () => {
  const { app, receiver, call, webhookId } = await hooks.hooked();
  const said = [await hooks.say(app, chat)];
  await receiver.until(1);
  const other = await hooks.receiver();
  const [row] = await hooks.query('SELECT HEX(secret) AS sealed FROM webhooks');
  const change = (secret: string) =>
    hooks.query(
      `UPDATE webhooks SET url = '${other.url}', secret = ${secret}, revision = revision + 1`,
    );
  await change("X'00'");
  await eventually('it stands still, and is seen to', async () => {
    const { lastError } = await statusOf(call, webhookId);
    return lastError === 'secret' && (await metricOf(hooks, 'queqiao_webhook_unsigned')) === 1;
  });
  said.push(await hooks.say(app, chat));
  await eventually('it has a place', async () => {
    return (await hooks.query('SELECT 1 FROM app_events')).length === 2;
  });
  await change(`X'${String(row?.['sealed'])}'`);
  await other.until(1);
  expect(other.names).toEqual(said.slice(1));
  expect(receiver.names).toEqual(said.slice(0, 1));
  await eventually('it is seen to go on', async () => {
    return (await metricOf(hooks, 'queqiao_webhook_unsigned')) === 0;
  });
});
