import { Sender_Kind } from '@queqiao/protocol/client';
import { ErrorCode } from '@queqiao/protocol/common';
import {
  Erasure_Phase,
  ImportedMessage,
  ImportServiceDefinition as Imports,
  MessageServiceDefinition as Messages,
  UserServiceDefinition as Users,
} from '@queqiao/protocol/server';
import { eventually, queryRows, type TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiRig, contentOf, failureOf, newId, type UserCall } from '../rig/api-rig.js';

let rig: ApiRig;
let app: TestApp;
let backEnd: UserCall;
const id = () => ({ clientRequestId: newId() });
const CHATS = ['d:ann:ann', 'd:ann:shop', 's:ann'];

const system = { kind: Sender_Kind.SYSTEM, id: '' };
const shop = { kind: Sender_Kind.BUSINESS, id: 'shop' };
const ann = { kind: Sender_Kind.USER, id: 'ann' };

const say = (sender: typeof ann, conversationId: string, clientMsgId = newId()) =>
  backEnd(Messages, 'sendMessage', {
    sender,
    conversationId,
    clientMsgId,
    content: contentOf('x'),
  });

function bringIn(conversationId: string) {
  const message = { sender: shop, clientMsgId: newId(), createdMs: 1_000, content: contentOf('x') };
  const messages = [ImportedMessage.create(message)];
  return backEnd(Imports, 'importMessages', { conversationId, messages });
}

async function entries() {
  const sql = `SELECT conversation_id, seq FROM entries WHERE conversation_id IN ('${CHATS.join("','")}')`;
  return queryRows(rig.database.url, `${sql} ORDER BY conversation_id, seq`);
}

async function erase(): Promise<void> {
  await backEnd(Users, 'eraseUser', { ...id(), userId: 'ann' });
  await eventually('the user is gone', async () => {
    const { erasure } = await backEnd(Users, 'getErasure', { userId: 'ann' });
    return erasure?.phase === Erasure_Phase.DONE;
  });
}

beforeAll(async () => {
  rig = await ApiRig.start();
  app = await rig.createApp('demo');
  backEnd = rig.backEndCalls(app);
});
afterAll(() => rig.stop());

it('nothing is said any more in chats of a user who was erased, by the app, for the user or from elsewhere', async () => {
  const users = ['ann', 'bob', 'shop'].map((userId) => ({ userId }));
  await backEnd(Users, 'upsertUsers', { users });
  await say(ann, 'd:ann:ann', 'first');
  const { seq } = await say(shop, 'd:ann:shop', 'first');
  await say(system, 's:ann', 'first');
  await erase();
  const before = await entries();

  const missing = { code: 'NOT_FOUND', field: 'conversation_id' };
  for (const conversationId of CHATS) {
    for (const sender of [system, shop]) {
      expect(await failureOf(say(sender, conversationId))).toEqual(missing);
    }
    expect(await failureOf(bringIn(conversationId))).toEqual(missing);
  }
  const nobody = { code: 'NOT_FOUND', field: 'sender.id' };
  expect(await failureOf(say(ann, 'd:ann:ann'))).toEqual(nobody);
  const toBoth = { ...id(), sender: shop, userIds: ['ann', 'bob'], content: contentOf('x') };
  const { results } = await backEnd(Messages, 'sendToUsers', toBoth);
  expect(results.map(({ error }) => error)).toEqual([ErrorCode.NOT_FOUND, ErrorCode.UNSPECIFIED]);
  expect(await entries()).toEqual(before);
  // What was stored is answered again, and the app may still take it back.
  expect(await say(shop, 'd:ann:shop', 'first')).toMatchObject({ seq });
  const target = { conversationId: 'd:ann:shop', targetSeq: seq };
  await backEnd(Messages, 'recallMessage', { ...id(), ...target });
});
