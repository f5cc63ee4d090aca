import { createHmac } from 'node:crypto';
import { MessageServiceDefinition as Messages } from '@queqiao/protocol/client';
import { FailurePolicy, HookServiceDefinition as Hooks } from '@queqiao/protocol/server';
import { eventually, queryRows, type TestApp } from '@queqiao/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { ApiRig, contentOf, failureOf, newId, type UserCall } from '../rig/api-rig.js';
import { allowing, HookReceiver, type Asked } from './hook-receiver.js';

const CHAT = 'd:alice:bob';
/** A node that was given no key for secrets. */
const KEYLESS = 2;

let rig: ApiRig;
let receiver: HookReceiver;

beforeAll(async () => {
  rig = await ApiRig.start(2);
  await rig.addNode({ QUEQIAO_SECRET_KEYS: '' });
});
afterAll(() => rig.stop());

beforeEach(async () => {
  receiver = await HookReceiver.start();
});
afterEach(() => receiver.stop());

async function newApp(): Promise<TestApp> {
  const app = await rig.createApp(`app-${newId().slice(0, 8)}`);
  await rig.backEnd(`Bearer ${app.credential}`).upsert('alice', 'bob');
  return app;
}

async function setHook(
  app: TestApp,
  more: { onFailure?: FailurePolicy; rotateSecret?: true } = {},
) {
  const request = { clientRequestId: newId(), url: receiver.url, timeoutMs: 3_000, ...more };
  const onFailure = more.onFailure ?? FailurePolicy.REFUSE;
  const call = rig.backEndCalls(app);
  return (await call(Hooks, 'setBeforeSendHook', { ...request, onFailure })).secret;
}

const send = (call: UserCall, clientMsgId = newId(), text = 'hello') =>
  call(Messages, 'send', { conversationId: CHAT, clientMsgId, content: contentOf(text) });

const refused = { code: 'PERMISSION_DENIED', field: 'content' };
const questionIn = ({ body }: Asked) =>
  JSON.parse(body) as Record<'questionId' | 'userId' | 'deviceId' | 'clientMsgId', string>;

function signaturesBy({ headers, body }: Asked, secrets: readonly string[]): string {
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  return secrets
    .map((text) => createHmac('sha256', Buffer.from(text.replace('whsec_', ''), 'base64')))
    .map((hmac) => `v1,${hmac.update(signed).digest('base64')}`)
    .join(' ');
}

it('what a back end says in a user’s place is asked about, with the device that it names', async () => {
  const app = await newApp();
  await setHook(app);
  receiver.answer = () => allowing(false);
  expect(await failureOf(send(rig.callsOnBehalf(app, 'alice')))).toEqual(refused);
  expect(await failureOf(send(rig.callsOnBehalf(app, 'alice', 'tablet')))).toEqual(refused);
  expect(receiver.asked.map(questionIn)).toMatchObject([
    { userId: 'alice', deviceId: '' },
    { userId: 'alice', deviceId: 'tablet' },
  ]);
});

it('a message that is sent again is asked about again, by another id', async () => {
  const app = await newApp();
  await setHook(app);
  const alice = await rig.calls(app, 'alice');
  await send(alice, 'same');
  await send(alice, 'same');
  const [first, second] = receiver.asked.map(questionIn);
  expect([first?.clientMsgId, second?.clientMsgId]).toEqual(['same', 'same']);
  expect(first?.questionId).not.toBe(second?.questionId);
});

it('a hook is asked although nodes remember that there was none', async () => {
  const app = await newApp();
  const calls = [await rig.calls(app, 'alice', 0), await rig.calls(app, 'alice', 1)];
  for (const call of calls) await send(call);
  receiver.answer = () => allowing(false);
  await setHook(app);
  for (const call of calls) {
    await eventually('the hook is asked', async () => {
      return (await send(call).catch(() => undefined)) === undefined;
    });
  }
  expect(receiver.asked.length).toBeGreaterThanOrEqual(calls.length);
});

it('a day after a rotation the former secret signs no more', async () => {
  const app = await newApp();
  const former = await setHook(app);
  const present = await setHook(app, { rotateSecret: true });
  const row = `WHERE app_id = '${app.appId}'`;
  await queryRows(rig.database.url, `UPDATE before_send_hooks SET previous_until_ms = 1 ${row}`);
  await send(await rig.calls(app, 'alice'));
  const [asked] = receiver.asked as [Asked];
  expect(asked.headers['webhook-signature']).toBe(signaturesBy(asked, [present]));
  expect(asked.headers['webhook-signature']).not.toContain(signaturesBy(asked, [former]));
});

it('a secret that stands in another app’s row signs nothing', async () => {
  const [app, other] = [await newApp(), await newApp()];
  await setHook(app);
  await setHook(other);
  await queryRows(
    rig.database.url,
    `UPDATE before_send_hooks a JOIN before_send_hooks b ON b.app_id = '${other.appId}'
     SET a.secret = b.secret WHERE a.app_id = '${app.appId}'`,
  );
  const sent = send(await rig.calls(app, 'alice'));
  expect(await failureOf(sent)).toEqual({ code: 'UNAVAILABLE', field: 'hook' });
  expect(receiver.asked).toEqual([]);
});

it.each([
  ['refuse', FailurePolicy.REFUSE],
  ['allow', FailurePolicy.ALLOW],
] as const)(
  'a node without a key for secrets does as when nobody answers: %s',
  async (_, onFailure) => {
    const app = await newApp();
    await setHook(app, { onFailure });
    const keyless = await rig.calls(app, 'alice', KEYLESS);
    if (onFailure === FailurePolicy.ALLOW) expect(await send(keyless)).toMatchObject({ seq: 1 });
    else expect(await failureOf(send(keyless))).toEqual({ code: 'UNAVAILABLE', field: 'hook' });
    expect(receiver.asked).toEqual([]);
  },
);

it('words that are JSON and no text come as text that is damaged', async () => {
  const app = await newApp();
  await setHook(app);
  receiver.answer = () => ({ status: 200, body: '{"allow":false,"message":"\\ud83d half"}' });
  const call = send(await rig.calls(app, 'alice'));
  expect(await failureOf(call)).toEqual(refused);
  await expect(call).rejects.toThrow('\ufffd half');
});

it('an app that sets a hook without saying what a failure means is refused, and that is recorded', async () => {
  const app = await newApp();
  const onFailure = FailurePolicy.UNSPECIFIED;
  const refusal = { code: 'INVALID_ARGUMENT', field: 'on_failure' };
  const call = rig.backEndCalls(app);
  const request = { clientRequestId: newId(), url: receiver.url, onFailure };
  expect(await failureOf(call(Hooks, 'setBeforeSendHook', request))).toEqual(refusal);
  await rig.withStores(async ({ admin }) => {
    const entries = await admin.auditEntries({ appId: app.appId, beforeId: null, limit: 10 });
    expect(entries).toMatchObject([{ method: 'SetBeforeSendHook', outcome: 'INVALID_ARGUMENT' }]);
  });
});
