import {
  Content,
  MessageServiceDefinition as Messages,
  Sender_Kind,
} from '@queqiao/protocol/client';
import {
  GroupServiceDefinition as Groups,
  MessageServiceDefinition as ServerMessages,
} from '@queqiao/protocol/server';
import type { TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiRig, failureOf, newId } from '../rig/api-rig.js';

const MISSING = { code: 'NOT_FOUND', field: 'conversation_id' };
const OUTSIDE = { code: 'NOT_A_MEMBER', field: '' };

let rig: ApiRig;
let app: TestApp;
let other: TestApp;
beforeAll(async () => {
  rig = await ApiRig.start();
  [app, other] = [await rig.createApp('demo'), await rig.createApp('other')];
  for (const each of [app, other]) {
    await rig.backEnd(`Bearer ${each.credential}`).upsert('ann', 'bob', 'cat', 'dan');
  }
  await rig.backEnd(`Bearer ${app.credential}`).createGroup({
    ownerId: 'ann',
    groupId: 'pg',
    memberIds: ['bob'],
  });
  const ann = await rig.signedIn(app, 'ann');
  await ann.send('d:ann:bob', newId());
});
afterAll(() => rig.stop());

const content = Content.create({ body: { $case: 'text', value: { text: 'x' } } });

/** What a back end is answered that sends as a user. */
function asUser(id: string, conversationId: string, of = app) {
  const sender = { kind: Sender_Kind.USER, id };
  const request = { sender, conversationId, clientMsgId: newId(), content };
  return failureOf(rig.backEndCalls(of)(ServerMessages, 'sendMessage', request));
}

it('a back end is told what its sender lacks: the user, the membership or the conversation', async () => {
  await rig.backEndCalls(app)(Groups, 'removeMembers', {
    clientRequestId: newId(),
    groupId: 'pg',
    userIds: ['bob'],
  });
  // One who left, and one who never was a member.
  for (const id of ['bob', 'dan']) expect(await asUser(id, 'g:pg')).toEqual(OUTSIDE);
  expect(await asUser('cat', 'd:ann:bob')).toEqual(OUTSIDE);
  const nobody = { code: 'NOT_FOUND', field: 'sender.id' };
  for (const where of ['g:pg', 'd:ann:bob', 'g:nosuch']) {
    expect(await asUser('ghost', where), where).toEqual(nobody);
  }
  for (const where of ['g:nosuch', 'd:ann:dan']) {
    expect(await asUser('cat', where), where).toEqual(MISSING);
  }
});

it('of another app’s conversations it learns nothing, and users nothing of those of others', async () => {
  for (const where of ['g:pg', 'd:ann:bob']) {
    expect(await asUser('dan', where, other), where).toEqual(MISSING);
    const dan = await rig.calls(app, 'dan');
    const send = dan(Messages, 'send', {
      conversationId: where,
      clientMsgId: newId(),
      content,
    });
    expect(await failureOf(send), where).toEqual(MISSING);
  }
});
