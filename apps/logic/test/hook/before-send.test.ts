import { createHmac } from 'node:crypto';
import { MessageServiceDefinition } from '@queqiao/protocol/client';
import {
  FailurePolicy,
  HookServiceDefinition,
  type SetBeforeSendHookRequest,
} from '@queqiao/protocol/server';
import { SIGNING_MAX_SECRETS } from '@queqiao/store-mysql';
import { eventually, type TestApp } from '@queqiao/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { ApiRig, contentOf, failureOf, newId, type UserCall } from '../rig/api-rig.js';
import { allowing, HookReceiver, type Asked } from './hook-receiver.js';

const CHAT = 'd:alice:bob';
const { ALLOW, REFUSE } = FailurePolicy;

let rig: ApiRig;
let receiver: HookReceiver;
let app: TestApp;
let alice: UserCall;
let backEnd: UserCall;

beforeAll(async () => {
  rig = await ApiRig.start(2);
});
afterAll(() => rig.stop());

beforeEach(async () => {
  receiver = await HookReceiver.start();
  app = await rig.createApp(`app-${newId().slice(0, 8)}`);
  await rig.backEnd(`Bearer ${app.credential}`).upsert('alice', 'bob');
  alice = await rig.calls(app, 'alice');
  backEnd = rig.backEndCalls(app);
});
afterEach(() => receiver.stop());

function setHook(request: Partial<SetBeforeSendHookRequest> = {}, call = backEnd) {
  return call(HookServiceDefinition, 'setBeforeSendHook', {
    clientRequestId: newId(),
    url: receiver.url,
    timeoutMs: 3_000,
    onFailure: REFUSE,
    ...request,
  });
}

const send = (text: string, clientMsgId = newId(), call = alice) =>
  call(MessageServiceDefinition, 'send', {
    conversationId: CHAT,
    clientMsgId,
    content: contentOf(text),
  });

const saidIn = ({ body }: Asked): string =>
  (JSON.parse(body) as { content: { text: { text: string } } }).content.text.text;
const noSwearing = (asked: Asked) =>
  saidIn(asked).includes('damn') ? allowing(false, 'mind your language') : allowing(true);

/** Undefined: it was refused. */
async function stored(sent: Promise<{ readonly seq: number }>): Promise<number | undefined> {
  return (await sent.catch(() => undefined))?.seq;
}

async function lastSeq(): Promise<number> {
  const pulled = await (await rig.signedIn(app, 'bob')).pull({ conversationId: CHAT });
  return pulled.entries.at(-1)?.seq ?? 0;
}

it('what the hook refuses is not stored, in a message or in an edit', async () => {
  await setHook();
  receiver.answer = noSwearing;
  const { seq } = await send('good morning');
  const swearing = send('damn');
  expect(await failureOf(swearing)).toEqual({ code: 'PERMISSION_DENIED', field: 'content' });
  await expect(swearing).rejects.toThrow('mind your language');
  const edit = { conversationId: CHAT, targetSeq: seq, content: contentOf('damn morning') };
  const edited = alice(MessageServiceDefinition, 'edit', { ...edit, clientMsgId: newId() });
  expect(await failureOf(edited)).toMatchObject({ code: 'PERMISSION_DENIED' });
  expect(await lastSeq()).toBe(seq);
  expect(
    receiver.asked.map(({ body }) => (JSON.parse(body) as { editOfSeq: string }).editOfSeq),
  ).toEqual(['0', '0', String(seq)]);
});

it('a message that is stored already has its first answer, whatever the hook says now', async () => {
  await setHook();
  const first = await send('hello', 'once');
  receiver.answer = () => allowing(false);
  expect(await send('hello', 'once')).toEqual(first);
  expect(await failureOf(send('hello again'))).toMatchObject({ code: 'PERMISSION_DENIED' });
});

it('silence refuses where the app wants that, and the message goes when it is sent again', async () => {
  await setHook({ timeoutMs: 50 });
  receiver.answer = () => null;
  expect(await failureOf(send('hello', 'm1'))).toMatchObject({ code: 'UNAVAILABLE' });
  expect(await lastSeq()).toBe(0);
  receiver.answer = () => allowing(true);
  const sent = await eventually('an answer of the hook', () => stored(send('hello', 'm1')));
  expect(sent).toBe(1);
});

it('silence lets pass where the app wants that', async () => {
  await setHook({ timeoutMs: 50, onFailure: ALLOW });
  receiver.answer = () => null;
  expect(await send('hello')).toMatchObject({ seq: 1 });
  receiver.answer = () => ({ status: 503, body: '' });
  expect(await send('hello')).toMatchObject({ seq: 2 });
});

it('a secret is shown by the call that makes it; after rotations all of them sign', async () => {
  const request = { clientRequestId: 'set' };
  const { secret, hook } = await setHook(request);
  expect(secret).toMatch(/^whsec_/);
  expect((await setHook({ timeoutMs: 1_000 })).secret).toBe('');
  const rotation = { clientRequestId: 'rotate', rotateSecret: true };
  const second = await setHook(rotation);
  const third = await setHook({ rotateSecret: true });
  expect(await setHook(request)).toEqual({ hook, secret });
  expect(await setHook(rotation)).toEqual(second);
  await send('hello');
  const [{ headers, body }] = receiver.asked as [Asked];
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
  const signatures = [third.secret, second.secret, secret].map((text) => {
    const key = Buffer.from(text.replace('whsec_', ''), 'base64');
    return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
  });
  expect(headers['webhook-signature']).toBe(signatures.join(' '));
  const shown = await backEnd(HookServiceDefinition, 'getBeforeSendHook', {});
  expect(shown.hook).toMatchObject({ url: receiver.url, timeoutMs: 3_000, onFailure: REFUSE });
  const { previousSecretUntilMs = 0, earlierSecretsUntilMs = [] } = shown.hook ?? {};
  expect(previousSecretUntilMs).toBeGreaterThan(Date.now());
  expect(earlierSecretsUntilMs).toEqual([second.hook?.previousSecretUntilMs]);
});

it('no more secrets sign at a time than there may be', async () => {
  await setHook();
  for (let made = 1; made < SIGNING_MAX_SECRETS; made += 1) await setHook({ rotateSecret: true });
  const full = { code: 'LIMIT_EXCEEDED', field: 'SIGNING_MAX_SECRETS' };
  expect(await failureOf(setHook({ rotateSecret: true }))).toEqual(full);
  expect((await setHook()).secret).toBe('');
});

it('other apps, and what back ends say, are not asked about', async () => {
  await setHook();
  receiver.answer = () => allowing(false);
  const other = await rig.createApp(`app-${newId().slice(0, 8)}`);
  await rig.backEnd(`Bearer ${other.credential}`).upsert('alice', 'bob');
  expect(await send('hello', newId(), await rig.calls(other, 'alice'))).toMatchObject({ seq: 1 });
  const sender = { kind: 1, id: 'alice' };
  const said = rig.backEnd(`Bearer ${app.credential}`).send({ sender, conversationId: CHAT });
  expect(await said).toMatchObject({ seq: 1 });
  expect(receiver.asked).toEqual([]);
});

it('a hook that was deleted is asked no more, on any node', async () => {
  await setHook();
  receiver.answer = () => allowing(false);
  const elsewhere = await rig.calls(app, 'alice', 1);
  expect(await failureOf(send('hello', newId(), elsewhere))).toMatchObject({
    code: 'PERMISSION_DENIED',
  });
  const gone = () =>
    backEnd(HookServiceDefinition, 'deleteBeforeSendHook', { clientRequestId: 'del' });
  await gone();
  await gone();
  expect(await backEnd(HookServiceDefinition, 'getBeforeSendHook', {})).toEqual({});
  const sent = await eventually('the end of the hook', () =>
    stored(send('hello', newId(), elsewhere)),
  );
  expect(sent).toBe(1);
  await rig.withStores(async ({ admin }) => {
    const entries = await admin.auditEntries({ appId: app.appId, beforeId: null, limit: 10 });
    expect(entries.map(({ method, actor }) => [method, actor.kind])).toEqual([
      ['DeleteBeforeSendHook', 'credential'],
      ['SetBeforeSendHook', 'credential'],
    ]);
  });
});
