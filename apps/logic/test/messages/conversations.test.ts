import {
  Conversation_Kind,
  ConversationServiceDefinition as Conversations,
} from '@queqiao/protocol/client';
import {
  ConversationServiceDefinition as AppConversations,
  GroupServiceDefinition as AppGroups,
} from '@queqiao/protocol/server';
import type { TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ApiRig, failureOf, newId, type UserCall } from '../rig/api-rig.js';

let rig: ApiRig;
let app: TestApp;
let backEnd: UserCall;
let ann: string;
let bob: string;
let cat: string;
let chat: string;

beforeAll(async () => {
  rig = await ApiRig.start(2);
  app = await rig.createApp('demo');
  backEnd = rig.backEndCalls(app, 1);
});
afterAll(() => rig.stop());
beforeEach(async () => {
  const run = newId();
  [ann, bob, cat] = [`ann-${run}`, `bob-${run}`, `cat-${run}`];
  chat = `d:${ann}:${bob}`;
  await rig.backEnd(`Bearer ${app.credential}`).upsert(ann, bob, cat);
});

const NOT_FOUND = { code: 'NOT_FOUND', field: 'conversation_id' };

async function say(who: string, conversationId: string, text = newId()): Promise<number> {
  return (await (await rig.signedIn(app, who)).send(conversationId, newId(), text)).seq;
}

async function group(...members: string[]): Promise<string> {
  const [ownerId = ann, ...memberIds] = members;
  const request = { clientRequestId: newId(), ownerId, name: 'Team', memberIds };
  return (await backEnd(AppGroups, 'createGroup', request)).conversationId;
}

async function get(conversationId: string) {
  const { conversation } = await backEnd(AppConversations, 'getConversation', { conversationId });
  return conversation;
}

async function readStates(conversationId: string, limit = 0) {
  const states: Record<string, unknown> = {};
  for (let pageToken = ''; ;) {
    const request = { conversationId, pageToken, limit };
    const page = await backEnd(AppConversations, 'listReadStates', request);
    for (const { userId, ...rest } of page.states) states[userId] = rest;
    if (page.nextPageToken === '') return states;
    pageToken = page.nextPageToken;
  }
}

describe('a back end', () => {
  it('sees a chat with its users, and a group with how many it has', async () => {
    expect(await failureOf(get(chat))).toEqual(NOT_FOUND);
    await say(ann, chat, 'hello');
    expect(await get(chat)).toMatchObject({
      conversationId: chat,
      kind: Conversation_Kind.DIRECT,
      userIds: [ann, bob],
      memberCount: 2,
      name: '',
      lastSeq: 1,
      lastOrdinal: 1,
      lastEntry: { seq: 1, content: { body: { value: { text: 'hello' } } } },
    });
    await say(ann, `d:${ann}:${ann}`);
    expect(await get(`d:${ann}:${ann}`)).toMatchObject({ userIds: [ann], memberCount: 1 });
    const team = await group(ann, bob, cat);
    const [groupId] = team.split(':').slice(1);
    await say(bob, team);
    const found = await get(team);
    expect(found).toMatchObject({ kind: Conversation_Kind.GROUP, name: 'Team', memberCount: 3 });
    expect(found).toMatchObject({ userIds: [], lastSeq: 2, lastOrdinal: 1, dissolved: false });
    expect(found?.activeMs).toBe(found?.lastEntry?.createdMs);
    await backEnd(AppGroups, 'dissolveGroup', { clientRequestId: newId(), groupId });
    expect(await get(team)).toMatchObject({ dissolved: true, memberCount: 3 });
  });

  it('lists what a user’s devices list, in their order, page by page', async () => {
    const peers = Array.from({ length: 5 }, (_, n) => `peer-${n}-${newId()}`);
    await rig.backEnd(`Bearer ${app.credential}`).upsert(...peers);
    for (const peer of peers) await say(peer, `d:${[ann, peer].sort().join(':')}`);
    await say(ann, await group(ann, bob));
    const phone = await rig.signedIn(app, ann);
    const call = await rig.calls(app, ann);
    const [, muted = ''] = peers;
    const mutedId = `d:${[ann, muted].sort().join(':')}`;
    await call(Conversations, 'updateSettings', { conversationId: mutedId, muted: true });
    const wanted = await phone.sync();
    const listed = [];
    for (let pageToken = ''; ;) {
      const request = { userId: ann, pageToken, limit: 2 };
      const page = await backEnd(AppConversations, 'listConversations', request);
      expect([page.totalUnread, page.totalUnreadMuted]).toEqual([4, 1]);
      listed.push(...page.conversations);
      if (page.nextPageToken === '') break;
      pageToken = page.nextPageToken;
    }
    expect(listed).toEqual(wanted.conversations);
    const nobody = backEnd(AppConversations, 'listConversations', { userId: 'nobody' });
    expect(await failureOf(nobody)).toEqual({ code: 'NOT_FOUND', field: 'user_id' });
  });

  it('sees how far everybody has read and received', async () => {
    await say(ann, chat);
    await say(ann, chat);
    await say(bob, chat);
    await say(ann, chat);
    expect(await readStates(chat, 1)).toEqual({
      [ann]: { readSeq: 4, deliveredSeq: 0, unread: 0 },
      [bob]: { readSeq: 3, deliveredSeq: 0, unread: 1 },
    });
    await (await rig.signedIn(app, bob)).markRead(chat, 4);
    expect(await readStates(chat)).toMatchObject({ [bob]: { readSeq: 4, unread: 0 } });
    const team = await group(ann, bob, cat);
    const groupId = team.slice(2);
    await backEnd(AppGroups, 'removeMembers', {
      clientRequestId: newId(),
      groupId,
      userIds: [cat],
    });
    expect(Object.keys(await readStates(team, 2))).toEqual([ann, bob]);
    expect(await failureOf(readStates('g:nosuch'))).toEqual(NOT_FOUND);
  });

  it('sees who has read a message, whoever sent it', async () => {
    const team = await group(ann, bob, cat);
    const seq = await say(bob, team);
    await (await rig.signedIn(app, cat)).markRead(team, seq);
    const readers = (more: object = {}) =>
      backEnd(AppConversations, 'listReaders', { conversationId: team, seq, ...more });
    expect(await readers()).toMatchObject({ userIds: [cat], readCount: 1, unreadCount: 1 });
    expect((await readers({ unread: true })).userIds).toEqual([ann]);
    expect(await failureOf(readers({ seq: 9 }))).toEqual({ code: 'NOT_FOUND', field: 'seq' });
    const own = await (
      await rig.calls(app, bob)
    )(Conversations, 'listReaders', {
      conversationId: team,
      seq,
    });
    expect(await readers()).toEqual(own);
  });
});
