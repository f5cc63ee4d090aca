import type { AppId, ConversationId, DeviceId, UserId } from '@queqiao/domain';
import { Registry } from '@queqiao/runtime';
import { describe, expect, it } from 'vitest';
import type { BeforeSendQuestion } from '../usecase/message/ports.js';
import { BeforeSend, HOOK_MAX_IN_FLIGHT, HOOK_MESSAGE_MAX } from './before-send.js';
import { HookFailure } from './hook-failure.js';
import type { BeforeSendHook, Verdict } from './ports.js';

const hook: BeforeSendHook = {
  url: 'https://a.example/',
  timeoutMs: 500,
  updatedMs: 1,
  onFailure: 'refuse',
  secrets: [],
};
const question = (clientMsgId: string, more: Partial<BeforeSendQuestion> = {}) => ({
  appId: 'demo' as AppId,
  userId: 'alice' as UserId,
  deviceId: 'phone' as DeviceId,
  conversationId: 'd:alice:bob' as ConversationId,
  clientMsgId,
  content: new Uint8Array(),
  editOfSeq: 0,
  requestId: 'r',
  ...more,
});
const yes: Verdict = { allow: true, message: '' };

/** A hook whose answers the test gives, by message. */
function rig(found: BeforeSendHook | null = hook) {
  const waiting = new Map<string, { resolve: (verdict: Verdict) => void; reject: () => void }>();
  const registry = new Registry();
  const seen: string[] = [];
  const beforeSend = new BeforeSend({
    hooks: { beforeSend: () => Promise.resolve(found) },
    caller: {
      ask: (_hook, { clientMsgId }) =>
        new Promise((resolve, reject) => {
          waiting.set(clientMsgId, { resolve, reject: () => reject(new HookFailure('timeout')) });
        }),
    },
    health: {
      failed: (_app, _hook, error) => void seen.push(error),
      answered: () => void seen.push('answered'),
    },
    metrics: registry,
  });
  const asked = async (id: string) => {
    while (!waiting.has(id)) await Promise.resolve();
    return waiting.get(id) ?? expect.fail(`${id} was not asked`);
  };
  const metric = async (name: string) => (await registry.getSingleMetric(name)?.get())?.values;
  return { beforeSend, waiting, asked, metric, seen };
}

describe('before a message is stored', () => {
  it('the hook lets it pass, or refuses it in its own words, of which too many are cut', async () => {
    const { beforeSend, asked } = rig();
    const [good, bad, long] = ['a', 'b', 'c'].map((id) => beforeSend.judge(question(id)));
    (await asked('a')).resolve(yes);
    (await asked('b')).resolve({ allow: false, message: 'mind your language' });
    (await asked('c')).resolve({ allow: false, message: 'x'.repeat(HOOK_MESSAGE_MAX + 1) });
    expect(await good).toBeNull();
    expect(await bad).toMatchObject({
      code: 'PERMISSION_DENIED',
      message: 'mind your language',
      field: 'content',
    });
    expect((await long)?.message).toHaveLength(HOOK_MESSAGE_MAX);
  });

  it('nobody is asked when there is no hook', async () => {
    const { beforeSend, waiting } = rig(null);
    expect(await beforeSend.judge(question('a'))).toBeNull();
    expect(waiting.size).toBe(0);
  });

  it.each(['allow', 'refuse'] as const)('a failure means: %s', async (onFailure) => {
    const { beforeSend, asked, seen } = rig({ ...hook, onFailure });
    const judged = beforeSend.judge(question('a'));
    (await asked('a')).reject();
    const refusal = await judged;
    expect(seen).toEqual(['timeout']);
    if (onFailure === 'allow') expect(refusal).toBeNull();
    else expect(refusal).toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('what one user says in one conversation goes on in order, whatever is answered first', async () => {
    const { beforeSend, asked } = rig();
    const done: string[] = [];
    const say = async (id: string, more: Partial<BeforeSendQuestion> = {}) => {
      await beforeSend.judge(question(id, more));
      done.push(id);
    };
    const all = [
      say('first'),
      say('second'),
      say('of bob', { userId: 'bob' as UserId }),
      say('elsewhere', { conversationId: 'g:team' as ConversationId }),
    ];
    for (const id of ['second', 'of bob', 'elsewhere', 'first']) (await asked(id)).resolve(yes);
    await Promise.all(all);
    expect(done.filter((id) => id === 'first' || id === 'second')).toEqual(['first', 'second']);
    expect(done.indexOf('of bob')).toBeLessThan(done.indexOf('first'));
    expect(done.indexOf('elsewhere')).toBeLessThan(done.indexOf('first'));
  });

  it('no more of an app wait at once than a node holds, and other apps are asked all the same', async () => {
    const { beforeSend, asked, waiting, metric, seen } = rig();
    const ids = Array.from({ length: HOOK_MAX_IN_FLIGHT }, (_, at) => `m${at}`);
    const held = ids.map((id) => beforeSend.judge(question(id, { userId: id as UserId })));
    await asked(`m${HOOK_MAX_IN_FLIGHT - 1}`);
    const crowded = await beforeSend.judge(question('more', { userId: 'm' as UserId }));
    expect(crowded).toMatchObject({ code: 'UNAVAILABLE' });
    expect(seen).toEqual(['crowded']);
    const other = beforeSend.judge(question('other', { appId: 'other' as AppId }));
    (await asked('other')).resolve(yes);
    expect(await other).toBeNull();
    expect(await metric('queqiao_before_send_in_flight')).toMatchObject([
      { value: HOOK_MAX_IN_FLIGHT },
    ]);
    for (const { resolve } of waiting.values()) resolve(yes);
    await Promise.all(held);
    expect(await metric('queqiao_before_send_in_flight')).toMatchObject([{ value: 0 }]);
    const again = beforeSend.judge(question('again'));
    (await asked('again')).resolve(yes);
    expect(await again).toBeNull();
    expect(await metric('queqiao_before_send_total')).toMatchObject([
      { labels: { outcome: 'crowded' }, value: 1 },
      { labels: { outcome: 'allowed' }, value: HOOK_MAX_IN_FLIGHT + 2 },
    ]);
  });
});
