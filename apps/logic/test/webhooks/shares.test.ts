import { WebhookServiceDefinition as Webhooks } from '@queqiao/protocol/server';
import { WEBHOOK_MAX_REQUESTS, WEBHOOK_NODE_MAX_REQUESTS } from '../../src/webhook/limits.js';
import { WEBHOOKS_MAX_PER_APP } from '@queqiao/store-mysql';
import { eventually, type TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newId } from '../rig/api-rig.js';
import { WebhookRig } from './webhook-rig.js';

/** As many as it takes to have every request of a node under way, if each could have all that it asks for. */
const FLOODING = Math.ceil(
  WEBHOOK_NODE_MAX_REQUESTS / (WEBHOOKS_MAX_PER_APP * WEBHOOK_MAX_REQUESTS),
);
const pairs = Array.from({ length: WEBHOOK_MAX_REQUESTS }, (_, n) => ['u', 'v'].map((x) => x + n));
const chats = pairs.map(([a, b]) => `d:${a}:${b}`);

let hooks: WebhookRig;
beforeAll(async () => {
  hooks = await WebhookRig.start();
});
afterAll(() => hooks.stop());

/** With as many webhooks as it may have, all to a receiver that takes requests and never answers. */
async function hangingApp() {
  const made = await hooks.hooked();
  const { app, call, receiver } = made;
  for (let n = 1; n < WEBHOOKS_MAX_PER_APP; n += 1) {
    await call(Webhooks, 'createWebhook', { clientRequestId: newId(), url: receiver.url });
  }
  await hooks.rig.backEnd(`Bearer ${app.credential}`).upsert(...pairs.flat());
  let ended = 0;
  receiver.answer = () => (response) => response.on('close', () => (ended += 1));
  return { ...made, ended: () => ended };
}

const sayAll = (app: TestApp) => Promise.all(chats.map((chat) => hooks.say(app, chat)));

it('receivers of some apps that hang with all their webhooks hold up no webhook of another one', async () => {
  const quick = await hooks.hooked();
  await hooks.say(quick.app, 'd:ann:bob');
  await quick.receiver.until(1);
  const hanging = await Promise.all(Array.from({ length: FLOODING }, hangingApp));
  const arrived = () => hanging.reduce((sum, { receiver }) => sum + receiver.arrivals.length, 0);
  await Promise.all(hanging.map(({ app }) => sayAll(app)));
  // Each a quarter of what the ones before it have left, or, when they come together, less.
  const most = WEBHOOK_NODE_MAX_REQUESTS * (1 - 0.75 ** FLOODING);
  const least = WEBHOOK_NODE_MAX_REQUESTS * (FLOODING / (FLOODING + 3));
  await eventually('they have their shares', () => arrived() > least - FLOODING);
  const said = await Promise.all([0, 1, 2].map(() => hooks.say(quick.app, 'd:ann:bob')));
  await quick.receiver.until(1 + said.length);
  // What it got came while every request of the others was under way.
  expect(hanging.map(({ ended }) => ended())).toEqual(hanging.map(() => 0));
  expect(arrived()).toBeLessThanOrEqual(most);
});
