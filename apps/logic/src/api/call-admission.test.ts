import { parseAppId, parseDeviceId, parseUserId } from '@queqiao/domain';
import { Registry } from '@queqiao/runtime';
import { FakeClock } from '@queqiao/runtime/testing';
import { describe, expect, it } from 'vitest';
import { appRules } from '../../test/fakes/app-rules.js';
import type { AppRules } from '../usecase/app/ports.js';
import type { CallContext } from '../usecase/caller.js';
import { CallAdmission, MAX_CALLS_PER_APP, type RateDemand } from './call-admission.js';
import { MAX_READS_PER_APP } from './call-turns.js';

const SEND = 'queqiao.client.v1.MessageService/Send';
const CREATE_GROUP = 'queqiao.client.v1.GroupService/CreateGroup';
const SYNC = 'queqiao.client.v1.ConversationService/SyncConversations';
const SERVER_LIST = 'queqiao.server.v1.FriendService/ListFriends';

const ann = {
  kind: 'user',
  userId: parseUserId('ann'),
  deviceId: parseDeviceId('phone', 'device_id'),
} as const;
const backEnd = { kind: 'business', credentialId: 'c1' } as const;

function contextOf(caller: CallContext['caller'] = ann, app = 'demo'): CallContext {
  return { appId: parseAppId(app), caller, requestId: 'r', signal: { aborted: false } };
}

function rig(rules: Partial<AppRules> = {}) {
  const asked: RateDemand[][] = [];
  const answers: { scope: string; retryAfterMs: number }[] = [];
  const settings = appRules(rules);
  const admission = new CallAdmission({
    apps: {
      app: (appId) => Promise.resolve(appId === 'gone' ? null : { status: 'active', settings }),
    },
    rates: {
      take: (demands) => {
        asked.push([...demands]);
        return answers.shift() ?? null;
      },
    },
    clock: new FakeClock(),
    metrics: new Registry(),
  });
  return { admission, asked, answers };
}

const RULES = {
  userWritesPerSecond: 2,
  userReadsPerSecond: 3,
  appWritesPerSecond: 5,
  appReadsPerSecond: 7,
  credentialCallsPerSecond: 11,
};

describe('rates', () => {
  it.each([
    [SEND, ann, ['w:u:demo:ann 2/20', 'w:a:demo 5/10']],
    [SYNC, ann, ['r:u:demo:ann 3/30', 'r:a:demo 7/14']],
    [SERVER_LIST, backEnd, ['c:demo:c1 11/110', 'r:a:demo 7/14']],
    ['queqiao.client.v1.NewService/NotYetDeclared', ann, ['w:u:demo:ann 2/20', 'w:a:demo 5/10']],
  ])('%s of %j takes from %j', async (path, caller, demands) => {
    const { admission, asked } = rig(RULES);
    await admission.admit(path, contextOf(caller));
    const [taken = []] = asked;
    expect(taken.map(({ key, limit }) => `${key} ${limit.perSecond}/${limit.burst}`)).toEqual(
      demands,
    );
  });

  it('a back end in the place of a user takes from its own, not from the user', async () => {
    const { admission, asked } = rig(RULES);
    await admission.admit(SEND, { ...contextOf(), credentialId: 'c1' });
    expect(asked.flat().map(({ key }) => key)).toEqual(['c:demo:c1', 'w:a:demo']);
  });

  it('a limit of zero is none, and an app that is not known has others to refuse it', async () => {
    const { admission, asked } = rig({ ...RULES, userWritesPerSecond: 0 });
    await admission.admit(SEND, contextOf());
    await admission.admit(SEND, contextOf(ann, 'gone'));
    expect(asked.map((demands) => demands.map(({ scope }) => scope))).toEqual([['app']]);
  });

  it('a refusal names the limit and says when to come back', async () => {
    const { admission, answers } = rig(RULES);
    answers.push({ scope: 'user', retryAfterMs: 40 }, { scope: 'app', retryAfterMs: 50 });
    const errors = [SEND, SEND].map((path) =>
      admission
        .run(path, contextOf(), { carryOut: () => Promise.resolve() })
        .catch((error: unknown) => error),
    );
    expect(await Promise.all(errors)).toMatchObject([
      { code: 'RATE_LIMITED', field: 'userWritesPerSecond', retryAfterMs: 40 },
      { code: 'RATE_LIMITED', field: 'appWritesPerSecond', retryAfterMs: 50 },
    ]);
  });
});

describe('calls in flight', () => {
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const done = () => Promise.resolve('done');

  it('of one app are bounded, those of another go on, and places are free again', async () => {
    const { admission } = rig();
    const ends: (() => void)[] = [];
    const hang = () => new Promise<void>((resolve) => ends.push(resolve));
    const running = Array.from({ length: MAX_CALLS_PER_APP }, () =>
      admission.run(SEND, contextOf(), { carryOut: hang }),
    );
    await settle();
    await expect(admission.run(SEND, contextOf(), { carryOut: done })).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      field: 'MAX_CALLS_PER_APP',
      retryAfterMs: 500,
    });
    expect(await admission.run(SEND, contextOf(ann, 'other'), { carryOut: done })).toBe('done');
    for (const end of ends) end();
    await Promise.all(running);
    expect(await admission.run(SEND, contextOf(), { carryOut: done })).toBe('done');
  });

  it('nothing is asked for a call that is refused, for its rate or because there are too many', async () => {
    const { admission, answers } = rig();
    const confirmed: string[] = [];
    const call = (name: string, work: () => Promise<unknown>) =>
      admission.run(SEND, contextOf(), {
        confirm: () => Promise.resolve(confirmed.push(name)),
        carryOut: work,
      });
    answers.push({ scope: 'app', retryAfterMs: 50 });
    await expect(call('too fast', settle)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    for (let n = 0; n < MAX_CALLS_PER_APP; n += 1) {
      void call('in flight', () => new Promise(() => undefined));
    }
    await settle();
    await expect(call('too many', settle)).rejects.toMatchObject({ field: 'MAX_CALLS_PER_APP' });
    expect(new Set(confirmed)).toEqual(new Set(['in flight']));
  });

  it('what an answer waits for when all is done keeps nobody’s turn', async () => {
    const { admission } = rig();
    const waits: (() => void)[] = [];
    const settleLate = () => new Promise<void>((resolve) => waits.push(resolve));
    const answers = Array.from({ length: 3 * MAX_READS_PER_APP }, () =>
      admission.run(SYNC, contextOf(), { carryOut: done, settle: settleLate }),
    );
    for (let n = 0; n < 5; n += 1) await settle();
    expect(waits).toHaveLength(3 * MAX_READS_PER_APP);
    for (const end of waits) end();
    expect(new Set(await Promise.all(answers))).toEqual(new Set(['done']));
  });

  it('whoever may not call after all is not carried out', async () => {
    const { admission } = rig();
    const refusal = new Error('banned');
    const work = () => Promise.reject(new Error('carried out'));
    const call = admission.run(SEND, contextOf(), {
      confirm: () => Promise.reject(refusal),
      carryOut: work,
    });
    await expect(call).rejects.toBe(refusal);
  });

  it('reads wait for their turn, and changes do not', async () => {
    const { admission } = rig();
    let begun = 0;
    const hang = () => {
      begun += 1;
      return new Promise<void>(() => undefined);
    };
    for (let n = 0; n < 100; n += 1) void admission.run(SYNC, contextOf(), { carryOut: hang });
    await settle();
    expect(begun).toBe(MAX_READS_PER_APP);
    expect(await admission.run(SEND, contextOf(), { carryOut: done })).toBe('done');
  });

  it('changes of an app that has company wait for each other, and messages make it company', async () => {
    const { admission } = rig();
    const changed: string[] = [];
    const change = (name: string) =>
      admission.run(CREATE_GROUP, contextOf(ann, 'busy'), {
        carryOut: () => new Promise<void>(() => changed.push(name)),
      });
    void change('alone');
    void change('alone too');
    await settle();
    expect(changed).toEqual(['alone', 'alone too']);
    await admission.run(SEND, contextOf(ann, 'other'), { carryOut: done });
    void change('in company');
    await settle();
    expect(changed).toEqual(['alone', 'alone too']);
  });
});
