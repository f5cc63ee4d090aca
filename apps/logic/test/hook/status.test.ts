import { MessageServiceDefinition as Messages } from '@queqiao/protocol/client';
import { FailurePolicy, HookServiceDefinition as Hooks } from '@queqiao/protocol/server';
import { eventually } from '@queqiao/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiRig, contentOf, newId } from '../rig/api-rig.js';
import { allowing, HookReceiver } from './hook-receiver.js';

let rig: ApiRig;
beforeAll(async () => {
  rig = await ApiRig.start();
  await rig.addNode({ QUEQIAO_SECRET_KEYS: '' });
});
afterAll(() => rig.stop());

/** An app whose hook lets pass when it fails, and what its back end sees of it. */
async function hooked(receiver: HookReceiver) {
  const app = await rig.createApp(`app-${newId().slice(0, 8)}`);
  await rig.backEnd(`Bearer ${app.credential}`).upsert('alice', 'bob');
  const call = rig.backEndCalls(app);
  const set = async () => {
    const onFailure = FailurePolicy.ALLOW;
    const request = { clientRequestId: newId(), url: receiver.url, timeoutMs: 3_000, onFailure };
    await call(Hooks, 'setBeforeSendHook', request);
  };
  await set();
  const send = async (node = 0) => {
    const content = contentOf('hello');
    const message = { conversationId: 'd:alice:bob', clientMsgId: newId(), content };
    await (
      await rig.calls(app, 'alice', node)
    )(Messages, 'send', message);
  };
  const status = async () => {
    return (await call(Hooks, 'getBeforeSendHook', {})).status ?? expect.fail('no status');
  };
  return { set, send, status };
}

async function withReceiver(work: (receiver: HookReceiver) => Promise<void>): Promise<void> {
  const receiver = await HookReceiver.start();
  try {
    await work(receiver);
  } finally {
    receiver.stop();
  }
}

it('why a hook lets everything pass is seen, and that it answers again', () =>
  withReceiver(async (receiver) => {
    const { set, send, status } = await hooked(receiver);
    const none = { failures: 0, lastFailureMs: 0, lastError: '', lastRecoveryMs: 0 };
    await send();
    expect(await status()).toEqual(none);
    receiver.answer = () => ({ status: 503, body: '' });
    const begunMs = Date.now();
    await send();
    await eventually('it is seen', async () => (await status()).failures === 1);
    const failed = await status();
    expect(failed).toMatchObject({ lastError: 'status 503', lastRecoveryMs: 0 });
    expect(failed.lastFailureMs).toBeGreaterThanOrEqual(begunMs);
    receiver.answer = () => allowing(true);
    await send();
    await eventually('it is seen to answer', async () => (await status()).lastRecoveryMs > 0);
    const { failures, lastRecoveryMs, lastFailureMs } = await status();
    expect(failures).toBe(1);
    expect(lastRecoveryMs).toBeGreaterThanOrEqual(lastFailureMs);
    await set();
    expect(await status()).toEqual(none);
  }));

it('all failures are counted in the end, by whichever node', () =>
  withReceiver(async (receiver) => {
    const { send, status } = await hooked(receiver);
    receiver.answer = () => ({ status: 200, body: 'maybe' });
    for (let n = 0; n < 5; n += 1) await send();
    await send(1);
    await eventually('all are seen', async () => (await status()).failures >= 6);
    expect((await status()).failures).toBe(6);
  }));

it('that no key opens its secret is seen, too', () =>
  withReceiver(async (receiver) => {
    const { send, status } = await hooked(receiver);
    await send(1);
    await eventually('it is seen', async () => (await status()).lastError === 'secret');
    expect(receiver.asked).toEqual([]);
  }));
