import {
  MessageServiceDefinition as Messages,
  Sender_Kind,
  type Entry,
} from '@queqiao/protocol/client';
import {
  ImportServiceDefinition as Imports,
  MessageServiceDefinition as AppMessages,
} from '@queqiao/protocol/server';
import type { TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApiRig, contentOf, failureOf, newId, type UserCall } from '../rig/api-rig.js';

let rig: ApiRig;
let app: TestApp;
let backEnd: UserCall;
let user: UserCall;
let onBehalf: UserCall;
let conversationId: string;

beforeAll(async () => {
  rig = await ApiRig.start(2);
  app = await rig.createApp('demo');
  backEnd = rig.backEndCalls(app, 1);
});
afterAll(() => rig.stop());
beforeEach(async () => {
  const [ann, bob] = [`ann-${newId()}`, `bob-${newId()}`];
  await rig.backEnd(`Bearer ${app.credential}`).upsert(ann, bob);
  conversationId = `d:${ann}:${bob}`;
  user = await rig.calls(app, ann);
  onBehalf = rig.callsOnBehalf(app, ann);
  for (const text of ['one', 'two', 'three', 'four']) await say(user, newId(), text);
});

const say = (call: UserCall, clientMsgId: string, text: string) =>
  call(Messages, 'send', { conversationId, clientMsgId, content: contentOf(text) });

type Place = { readonly seq: number };
type Act = (id: string, targetSeq: number) => Promise<Place>;

/** All that a user does to the log under an id of its own. */
const actsOf = (call: () => UserCall): Record<string, Act> => {
  const at = (clientMsgId: string, targetSeq: number) => ({
    conversationId,
    clientMsgId,
    targetSeq,
  });
  return {
    send: (id, n) => say(call(), id, `said ${n}`),
    edit: (id, n) => call()(Messages, 'edit', { ...at(id, n), content: contentOf('new') }),
    react: (id, n) => call()(Messages, 'react', { ...at(id, n), emoji: '👍' }),
    'react otherwise': (id, n) => call()(Messages, 'react', { ...at(id, n), emoji: '👎' }),
    pin: (id, n) => call()(Messages, 'pin', at(id, n)),
    unpin: (id, n) => call()(Messages, 'pin', { ...at(id, n), remove: true }),
    recall: (id, n) => call()(Messages, 'recall', at(id, n)),
    deleteForAll: (id, n) => {
      const { targetSeq, ...rest } = at(id, n);
      return call()(Messages, 'deleteForAll', { ...rest, targetSeqs: [targetSeq] });
    },
  };
};

/** And a back end in the name of the app. */
const APP_ACTS: Record<string, Act> = {
  sendMessage: (clientMsgId, n) =>
    backEnd(AppMessages, 'sendMessage', {
      sender: { kind: Sender_Kind.SYSTEM, id: '' },
      conversationId,
      clientMsgId,
      content: contentOf(`said ${n}`),
    }),
  recallMessage: (clientRequestId, targetSeq) =>
    backEnd(AppMessages, 'recallMessage', { conversationId, clientRequestId, targetSeq }),
  deleteMessages: (clientRequestId, n) =>
    backEnd(AppMessages, 'deleteMessages', { conversationId, clientRequestId, targetSeqs: [n] }),
};

async function entries(): Promise<Entry[]> {
  return (await backEnd(AppMessages, 'listMessages', { conversationId, limit: 100 })).entries;
}

const isMessage = (name: string) => name.startsWith('send');
/** What the second one is answered. */
const fieldOf = (name: string) =>
  name === 'recallMessage' || name === 'deleteMessages' ? 'client_request_id' : 'client_msg_id';

const doors: [string, () => Record<string, Act>][] = [
  ['a device', () => actsOf(() => user)],
  ['a back end in a user’s place', () => actsOf(() => onBehalf)],
  ['a back end', () => APP_ACTS],
];

describe.each(doors)('an id of %s', (_who, acts) => {
  const names = Object.keys(acts());

  it.each(names)('that was used to %s is good for that alone', async (name) => {
    for (const [other, act] of Object.entries(acts())) {
      const [id, a, b] = [newId(), await fresh(), await fresh()];
      const first = await acts()[name]?.(id, a);
      const before = await entries();
      if (isMessage(name) && isMessage(other)) expect(await act(id, b)).toEqual(first);
      else if (!isFree(name, other)) {
        expect(await failureOf(act(id, b)), other).toEqual(taken(other));
      } else continue;
      expect(await entries(), other).toEqual(before);
    }
  });

  it.each(names)(
    'that is used to %s and for something else at once is refused to one',
    async (name) => {
      for (const [other, act] of Object.entries(acts())) {
        if (isMessage(name) && isMessage(other)) continue;
        if (isFree(name, other) || isFree(other, name)) continue;
        const [id, a, b] = [newId(), await fresh(), await fresh()];
        const calls = [acts()[name]?.(id, a) ?? Promise.reject(new Error(name)), act(id, b)];
        const failures = (await Promise.allSettled(calls)).filter(
          (each) => each.status === 'rejected',
        );
        expect(failures, other).toHaveLength(1);
        expect(await failureOf(Promise.reject(failures[0]?.reason as Error)), other).toMatchObject({
          code: 'ALREADY_EXISTS',
        });
      }
    },
  );
});

/** What found nothing to do is not in the way of a message. */
const isFree = (first: string, second: string) => first === 'unpin' && isMessage(second);
const taken = (name: string) => ({ code: 'ALREADY_EXISTS', field: fieldOf(name) });

async function fresh(): Promise<number> {
  return (await say(user, newId(), 'fresh')).seq;
}

it('a message to be imported with it ends the batch there', async () => {
  const [, ann = ''] = conversationId.split(':');
  const id = newId();
  await user(Messages, 'recall', { conversationId, clientMsgId: id, targetSeq: 1 });
  const old = (clientMsgId: string) => ({
    sender: { kind: Sender_Kind.USER, id: ann },
    clientMsgId,
    createdMs: 1,
    content: contentOf('old'),
  });
  const messages = [newId(), id, newId()].map(old);
  const before = await entries();
  const call = backEnd(Imports, 'importMessages', { conversationId, messages });
  const field = 'messages[1].client_msg_id';
  expect(await failureOf(call)).toEqual({ code: 'ALREADY_EXISTS', field });
  // The one before it is stored, and none after it.
  expect(await entries()).toHaveLength(before.length + 1);
});

it('an edit that was taken away with its message is not another edit', async () => {
  const edit = (targetSeq: number, content = 'new') =>
    user(Messages, 'edit', {
      conversationId,
      clientMsgId: 'the-edit',
      targetSeq,
      content: contentOf(content),
    });
  const first = await edit(1);
  expect(await edit(1, 'other words')).toEqual(first);
  await user(Messages, 'recall', { conversationId, clientMsgId: newId(), targetSeq: 1 });
  expect(await edit(1)).toEqual(first);
  expect(await failureOf(edit(2))).toEqual(taken('edit'));
});

it('what found nothing to do is answered again as that, and as nothing else', async () => {
  const pin = (targetSeq: number, remove: boolean) =>
    user(Messages, 'pin', { conversationId, clientMsgId: 'the-pin', targetSeq, remove });
  expect((await pin(1, true)).seq).toBe(0);
  expect((await pin(1, true)).seq).toBe(0);
  expect(await failureOf(pin(2, true))).toEqual(taken('pin'));
  expect(await failureOf(pin(1, false))).toEqual(taken('pin'));
  const recall = { conversationId, clientMsgId: 'the-pin', targetSeq: 1 };
  expect(await failureOf(user(Messages, 'recall', recall))).toEqual(taken('recall'));
});
