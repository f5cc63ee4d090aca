import { WebhookServiceDefinition as Webhooks } from '@queqiao/protocol/server';
import { SIGNING_MAX_SECRETS } from '@queqiao/store-mysql';
import { eventually } from '@queqiao/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf, newId } from '../rig/api-rig.js';
import { signatureOf } from './test-receiver.js';
import { lettersOf, statusOf, WebhookRig } from './webhook-rig.js';

const HOUR_MS = 3_600_000;

let hooks: WebhookRig;
beforeAll(async () => {
  hooks = await WebhookRig.start();
});
afterAll(() => hooks.stop());

/** A webhook whose secrets are known by names, the first one as `first`. */
async function named() {
  const { app, receiver, call, webhookId, secret: first } = await hooks.hooked();
  const secrets = new Map([[first, 'first']]);
  const rotate = async (name: string, overlapMs: number) => {
    const request = { clientRequestId: newId(), webhookId, overlapMs };
    const made = await call(Webhooks, 'rotateSecret', request);
    secrets.set(made.secret, name);
    return { request, ...made };
  };
  /** Of one more event. */
  const signers = async (): Promise<string> => {
    const before = receiver.arrivals.length;
    await hooks.say(app, 'd:ann:bob');
    const arrival = (await receiver.until(before + 1)).at(-1);
    const names = (arrival?.signatures ?? []).map((signature) => {
      const fits = (secret: string) => arrival && signatureOf(arrival, secret) === signature;
      return [...secrets].find(([secret]) => fits(secret))?.[1];
    });
    return names.join();
  };
  const sign = (names: string) =>
    eventually(`signed by ${names}`, async () => (await signers()) === names);
  const shown = async () => (await call(Webhooks, 'getWebhook', { webhookId })).webhook;
  return { call, webhookId, rotate, sign, shown };
}

describe.concurrent('a secret that is replaced', () => {
  it('signs beside the new one for the time of choice, however often it is replaced again', async () => {
    const { rotate, sign, shown } = await named();
    await sign('first');
    const begunMs = Date.now();
    await rotate('second', 3 * HOUR_MS);
    await sign('second,first');
    await rotate('third', 2 * HOUR_MS);
    await rotate('fourth', HOUR_MS);
    await sign('fourth,third,second,first');
    const webhook = await shown();
    const ends = [webhook?.previousSecretUntilMs, ...(webhook?.earlierSecretsUntilMs ?? [])];
    const hours = ends.map((untilMs = 0) => Math.floor((untilMs - begunMs) / HOUR_MS));
    expect(hours).toEqual([1, 2, 3]);
  });

  it('signs no longer than that, whatever those before it do', async () => {
    const { rotate, sign } = await named();
    await rotate('second', HOUR_MS);
    const { webhook } = await rotate('third', 1);
    await sign('third,first');
    expect(webhook?.earlierSecretsUntilMs).toHaveLength(1);
  });

  it('ends at once without an overlap, and so do those before it', async () => {
    const { rotate, sign, shown } = await named();
    await rotate('second', HOUR_MS);
    await rotate('third', HOUR_MS);
    await rotate('fourth', 0);
    await sign('fourth');
    expect(await shown()).toMatchObject({ previousSecretUntilMs: 0, earlierSecretsUntilMs: [] });
  });

  it('makes room for no more than may sign at a time, until one has ended', async () => {
    const { call, webhookId, rotate, sign } = await named();
    await rotate('second', 1);
    const names = ['third', 'fourth', 'fifth', 'sixth'];
    expect(names).toHaveLength(SIGNING_MAX_SECRETS - 1);
    // The first one has ended meanwhile, and counts no more.
    for (const name of names) await rotate(name, HOUR_MS);
    const again = { clientRequestId: newId(), webhookId, overlapMs: HOUR_MS };
    const full = { code: 'LIMIT_EXCEEDED', field: 'SIGNING_MAX_SECRETS' };
    expect(await failureOf(call(Webhooks, 'rotateSecret', again))).toEqual(full);
    await sign('sixth,fifth,fourth,third,second');
    await rotate('seventh', 0);
    await sign('seventh');
    const { secret } = await call(Webhooks, 'rotateSecret', again);
    expect(secret).toMatch(/^whsec_/);
  });
});

describe.concurrent('a call that makes a secret', () => {
  it('gets the same one when it is repeated, though others were made since, and makes none', async () => {
    const { call, rotate, sign } = await named();
    const { request, ...second } = await rotate('second', HOUR_MS);
    await rotate('third', HOUR_MS);
    expect(await call(Webhooks, 'rotateSecret', request)).toEqual(second);
    await sign('third,second,first');
    const other = call(Webhooks, 'rotateSecret', { ...request, overlapMs: 0 });
    expect(await failureOf(other)).toMatchObject({ code: 'ALREADY_EXISTS' });
  });
});

it.concurrent('a day in which no key opened the secret counts for no event', async () => {
  const { app, receiver, call, webhookId } = await hooks.hooked();
  const of = `webhook_id = '${webhookId}'`;
  const set = (values: string) =>
    hooks.query(`UPDATE webhooks SET ${values}, revision = revision + 1 WHERE ${of}`);
  receiver.answer = () => 500;
  const said = await hooks.say(app, 'd:ann:bob');
  await eventually('it waits', async () => {
    return (await statusOf(call, webhookId)).waitingConversations === 1;
  });
  const [row] = await hooks.query(`SELECT HEX(secret) AS sealed FROM webhooks WHERE ${of}`);
  await set('enabled = 0');
  await eventually('nobody sends', async () => {
    return (await hooks.query(`SELECT 1 FROM webhooks WHERE ${of} AND owner = ''`)).length === 1;
  });
  const day = 'first_attempt_ms = first_attempt_ms - 86400000, due_ms = 0';
  await hooks.query(`UPDATE webhook_waits SET ${day} WHERE ${of}`);
  await set("enabled = 1, secret = X'00'");
  await eventually('it stands still', async () => {
    return (await statusOf(call, webhookId)).lastError === 'secret';
  });
  const before = receiver.arrivals.length;
  await set(`secret = X'${String(row?.['sealed'])}'`);
  await receiver.until(before + 2);
  receiver.answer = () => 204;
  await eventually('nothing waits', async () => {
    return (await statusOf(call, webhookId)).waitingConversations === 0;
  });
  expect(await lettersOf(call, webhookId)).toEqual([]);
  expect(receiver.names.at(-1)).toBe(said);
});
