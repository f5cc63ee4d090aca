import { WebhookServiceDefinition as Webhooks } from '@queqiao/protocol/server';
import { metricValue } from '@queqiao/runtime/testing';
import { eventually } from '@queqiao/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '../rig/api-rig.js';
import { statusOf, WebhookRig } from './webhook-rig.js';

let hooks: WebhookRig;
beforeAll(async () => {
  hooks = await WebhookRig.start();
  await hooks.rig.addNode({ QUEQIAO_SECRET_KEYS: Buffer.alloc(32, 7).toString('base64') });
});
afterAll(() => hooks.stop());

it('with its key a secret is lost to whoever repeats the call, and a webhook stands still until it is rotated', async () => {
  const { app, receiver, webhookId, call } = await hooks.hooked();
  const request = { clientRequestId: newId(), webhookId, overlapMs: 60_000 };
  const made = await call(Webhooks, 'rotateSecret', request);
  const elsewhere = hooks.rig.backEndCalls(app, 1);
  expect(await elsewhere(Webhooks, 'rotateSecret', request)).toEqual({ ...made, secret: '' });

  const [kept, other] = hooks.rig.nodes;
  await kept?.logic.stop();
  const said = await hooks.say(app, 'd:ann:bob', newId(), 1);
  await eventually('it is seen', async () => {
    return (await statusOf(elsewhere, webhookId)).lastError === 'secret';
  });
  const unsigned = () =>
    other ? metricValue(other.logic.registry, 'queqiao_webhook_unsigned') : undefined;
  await eventually('it is counted', async () => (await unsigned()) === 1);
  expect(receiver.names).toEqual([]);
  await elsewhere(Webhooks, 'rotateSecret', { ...request, clientRequestId: newId() });
  await receiver.until(1);
  expect(receiver.names).toEqual([said]);
  await eventually('it is counted no more', async () => (await unsigned()) === 0);
});
