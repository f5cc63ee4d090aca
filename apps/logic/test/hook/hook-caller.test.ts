import { createHmac } from 'node:crypto';
import type { AppId, ConversationId, DeviceId, UserId } from '@queqiao/domain';
import { encodeMessage } from '@queqiao/protocol';
import { Content } from '@queqiao/protocol/client';
import { systemClock } from '@queqiao/runtime';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { questionEncoder } from '../../src/api/index.js';
import { HOOK_MAX_ANSWER_BYTES, HttpHookCaller } from '../../src/hook/index.js';
import { GuardedRequests } from '../../src/outbound/index.js';
import { allowing, HookReceiver, type Answer } from './hook-receiver.js';

const body = { $case: 'text', value: { text: 'hello' } } as const;
const question = {
  appId: 'demo' as AppId,
  userId: 'alice' as UserId,
  deviceId: 'phone' as DeviceId,
  conversationId: 'd:alice:bob' as ConversationId,
  clientMsgId: 'm1',
  content: encodeMessage(Content, Content.create({ body })),
  editOfSeq: 0,
  requestId: 'r1',
};
const secrets = [Buffer.from('the present one'), Buffer.from('the one before')];
const rules = { allowHttp: true, allowPrivate: true };

let receiver: HookReceiver;
let requests: GuardedRequests;

beforeEach(async () => {
  receiver = await HookReceiver.start();
  requests = new GuardedRequests(rules);
});

afterEach(() => {
  requests.close();
  receiver.stop();
});

function ask(
  timeoutMs = 3_000,
  by: Pick<GuardedRequests, 'post'> = requests,
  signing: readonly Buffer[] = secrets,
) {
  const encode = questionEncoder();
  const caller = new HttpHookCaller({
    requests: by,
    clock: systemClock,
    newId: () => 'q1',
    encode,
  });
  const hook = {
    url: receiver.url,
    timeoutMs,
    updatedMs: 1,
    onFailure: 'refuse',
    secrets: signing,
  } as const;
  return caller.ask(hook, question);
}

it('a hook is asked in plain JSON, signed with both secrets', async () => {
  expect(await ask()).toEqual({ allow: true, message: '' });
  const [{ headers, body: sent }] = receiver.asked as [(typeof receiver.asked)[0]];
  expect(JSON.parse(sent)).toMatchObject({
    appId: 'demo',
    questionId: 'q1',
    userId: 'alice',
    deviceId: 'phone',
    conversationId: 'd:alice:bob',
    clientMsgId: 'm1',
    content: { text: { text: 'hello' } },
    editOfSeq: '0',
  });
  const signed = `q1.${String(headers['webhook-timestamp'])}.${sent}`;
  const signatures = secrets.map(
    (secret) => `v1,${createHmac('sha256', secret).update(signed).digest('base64')}`,
  );
  expect(headers).toMatchObject({
    'content-type': 'application/json',
    'webhook-id': 'q1',
    'webhook-signature': signatures.join(' '),
  });
});

it('what it refuses is refused in its words', async () => {
  receiver.answer = () => allowing(false, 'not here');
  expect(await ask()).toEqual({ allow: false, message: 'not here' });
});

it.each([true, false])('a message that is null is none: allow %s', async (allow) => {
  receiver.answer = () => ({ status: 200, body: `{"allow":${allow},"message":null}` });
  expect(await ask()).toEqual({ allow, message: '' });
});

it.each<[string, Answer, string]>([
  ['another status', { status: 500, body: '{"allow":true}' }, 'status 500'],
  ['a redirect', { status: 302, body: '{"allow":true}' }, 'status 302'],
  ['no JSON', { status: 200, body: 'yes' }, 'answer'],
  ['another kind of verdict', { status: 200, body: '{"allow":"true"}' }, 'answer'],
  ['nothing', { status: 200, body: '' }, 'answer'],
  [
    'too much',
    { status: 200, body: `{"allow":true}${' '.repeat(HOOK_MAX_ANSWER_BYTES)}` },
    'answer',
  ],
])('%s is no answer', async (_what, answer, why) => {
  receiver.answer = () => answer;
  await expect(ask()).rejects.toMatchObject({ name: 'HookFailure', reason: why });
  expect(receiver.asked).toHaveLength(1);
});

it('silence is given up on after the time of the hook', async () => {
  receiver.answer = () => null;
  await expect(ask(50)).rejects.toMatchObject({ reason: 'timeout' });
});

it('a hook on an address that is not public is asked nothing', async () => {
  const guarded = new GuardedRequests({ allowHttp: true, allowPrivate: false });
  await expect(ask(3_000, guarded)).rejects.toMatchObject({ reason: 'address' });
  guarded.close();
  expect(receiver.asked).toEqual([]);
});

it('a hook whose secrets do not open is asked nothing: no question goes out unsigned', async () => {
  await expect(ask(3_000, requests, [])).rejects.toMatchObject({ reason: 'secret' });
  expect(receiver.asked).toEqual([]);
});
