import { Content, Entry_State } from '@queqiao/protocol/client';
import type { TestApp } from '@queqiao/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callWith, doorsOf } from '../rig/any-door.js';
import { ApiRig, newId } from '../rig/api-rig.js';
import { messageDoor, type MessageDoor, type MessageMethod } from './message-doors.js';

let rig: ApiRig;
let app: TestApp;
let reader: Awaited<ReturnType<ApiRig['signedIn']>>;
const doors = new Map<string, MessageDoor>();
const kinds = ['grpc', 'link json'] as const;

beforeAll(async () => {
  rig = await ApiRig.start();
  app = await rig.createApp('demo', { maxTextBytes: 100, maxCustomBytes: 100 });
  await rig.backEnd(`Bearer ${app.credential}`).upsert('alice', 'bob', 'carol');
  for (const user of ['alice', 'bob', 'carol']) {
    for (const each of (await doorsOf(rig, app, user)).user) {
      doors.set(`${each.name} ${user}`, messageDoor(each));
    }
  }
  reader = await rig.signedIn(app, 'bob');
});
afterAll(async () => {
  for (const each of doors.values()) each.close();
  await rig.stop();
});

function door(kind: (typeof kinds)[number], user: string): MessageDoor {
  const found = doors.get(`${kind} ${user}`);
  if (!found) throw new Error(`no door of ${user}`);
  return found;
}

async function entries(conversationId: string, fromSeq = 1) {
  return (await reader.pull({ conversationId, fromSeq, limit: 500 })).entries;
}

/** `seq kind state rREVISION text`. */
async function lines(conversationId: string): Promise<string[]> {
  return (await entries(conversationId)).map(({ seq, content, state, revision }) => {
    const body = content?.body;
    const said = body?.$case === 'text' ? body.value.text : (body?.$case ?? 'nothing');
    const gone = state === Entry_State.UNSPECIFIED ? '' : ` state ${state}`;
    return `${seq} ${said}${gone}${revision > 0 ? ` r${revision}` : ''}`;
  });
}

type Body = NonNullable<Content['body']>;
const url = 'https://media.example/a';
const text = (said: string): Body => ({ $case: 'text', value: { text: said } });
const media = { url, sizeBytes: 5, format: 'x' };
const BODIES: Body[] = [
  text('hello 🌉'),
  { $case: 'face', value: { pack: 'cats', name: 'wave' } },
  { $case: 'voice', value: { ...media, durationMs: 900 } },
  { $case: 'image', value: { ...media, thumbnailUrl: url, width: 4, height: 3 } },
  { $case: 'file', value: { url, name: 'a.pdf', sizeBytes: 5, mediaType: 'application/pdf' } },
  {
    $case: 'location',
    value: { latitude: -30.25, longitude: 120.125, name: '西湖', address: 'Hangzhou' },
  },
  { $case: 'custom', value: { type: 'order', data: Uint8Array.of(0, 255), summary: 'Order' } },
  { $case: 'video', value: { ...media, coverUrl: '', durationMs: 9, width: 1, height: 1 } },
  {
    $case: 'card',
    value: { subject: { $case: 'userId', value: 'carol' }, name: 'Carol', avatarUrl: '' },
  },
  {
    $case: 'mergedForward',
    value: {
      title: 'Chat',
      messages: [
        { senderName: 'Ann', createdMs: 1, content: Content.create({ body: text('one') }) },
      ],
    },
  },
];

/** Buffers and plain arrays of bytes alike. */
function bytesAsHex(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  const isBuffer =
    typeof value === 'object' && value !== null && 'type' in value && 'data' in value;
  return isBuffer && value.type === 'Buffer'
    ? Buffer.from(value.data as number[]).toString('hex')
    : value;
}

describe.each(kinds)('over the %s door', (kind) => {
  const slug = kind.replace(' ', '-');
  const chat = kind === 'grpc' ? 'd:alice:bob' : 'd:bob:carol';
  const me = kind === 'grpc' ? 'alice' : 'carol';
  const send = (body: Body, more: object = {}, content: object = {}) =>
    door(kind, me).call('send', {
      conversationId: chat,
      clientMsgId: newId(),
      content: Content.create({ body, ...content }),
      ...more,
    });

  it.each(BODIES.map((body) => [body.$case, body] as const))(
    'a %s is stored as it was sent',
    async (_name, body) => {
      const { seq } = await send(body, {}, { extra: '{"a":1}', mentions: { userIds: ['nobody'] } });
      const [entry] = await entries(chat, seq);
      expect(entry?.content?.extra).toBe('{"a":1}');
      expect(entry?.content?.mentions?.userIds).toEqual(['nobody']);
      const strip = (value: unknown): unknown =>
        JSON.parse(JSON.stringify(value, (_key, inner: unknown) => bytesAsHex(inner)));
      expect(strip(entry?.content?.body)).toEqual(strip(body));
    },
  );

  it('answers an entry that is there, and no other', async () => {
    const { seq } = await send(text('first'));
    const answer = await send(text('answer'), {}, { replyTo: { seq } });
    const [entry] = await entries(chat, answer.seq);
    expect(entry?.content?.replyTo).toEqual({ seq });
    const ahead = send(text('ahead'), {}, { replyTo: { seq: answer.seq + 1 } });
    await expect(ahead).rejects.toMatchObject({
      code: 'NOT_FOUND',
      field: 'content.reply_to.seq',
    });
    expect((await entries(chat, answer.seq)).length).toBe(1);
  });

  it('answers nothing that its author has cleared', async () => {
    const { seq } = await send(text('to be cleared'));
    const [own] = (await doorsOf(rig, app, me)).user;
    if (!own) throw new Error('no door');
    const clear = 'queqiao.client.v1.ConversationService/ClearHistory';
    await callWith(own, clear, { conversation_id: chat });
    own.close();
    const cleared = send(text('answer'), {}, { replyTo: { seq } });
    await expect(cleared).rejects.toMatchObject({
      code: 'NOT_FOUND',
      field: 'content.reply_to.seq',
    });
    const next = await send(text('after'));
    expect(await send(text('answer'), {}, { replyTo: { seq: next.seq } })).toMatchObject({
      seq: next.seq + 1,
    });
  });

  it('a message that does not count leaves the unread count alone', async () => {
    const unread = async () => {
      const { conversations } = await reader.sync();
      return conversations.find(({ conversationId }) => conversationId === chat)?.member?.unread;
    };
    await send(text('counted'));
    const before = await unread();
    await send(text('not counted'), { notCounted: true });
    expect(await unread()).toBe(before);
    await send(text('counted'));
    expect(await unread()).toBe((before ?? 0) + 1);
  });

  it('what is not stored has no seq and leaves no entry', async () => {
    const { seq: last } = await send(text('last'));
    const command: Body = { $case: 'command', value: { name: 'ring', data: new Uint8Array(1) } };
    expect(await send(command)).toMatchObject({ conversationId: chat, seq: 0, ordinal: 0 });
    expect(await send(text('now'), { onlineOnly: true })).toMatchObject({ seq: 0, ordinal: 0 });
    await door(kind, me).call('signal', { conversationId: chat, name: 'typing' });
    expect((await reader.pull({ conversationId: chat })).lastSeq).toBe(last);
  });

  const group = (name: string) => `g:${slug}-${name}`;
  async function team(name: string) {
    const owner = await rig.signedIn(app, 'alice');
    await owner.createGroup({ groupId: `${slug}-${name}`, memberIds: ['bob', 'carol'] });
    return group(name);
  }
  const say = (user: string, conversationId: string, said: string) =>
    door(kind, user).call('send', {
      conversationId,
      clientMsgId: newId(),
      content: Content.create({ body: text(said) }),
    });
  const change = (user: string, method: MessageMethod, request: object) =>
    door(kind, user).call(method, { clientMsgId: newId(), ...request });

  it('messages are edited, recalled and deleted by those who may', async () => {
    const conversationId = await team('changes');
    for (const user of ['bob', 'carol', 'alice', 'bob']) await say(user, conversationId, user);
    const at = (targetSeq: number) => ({ conversationId, targetSeq });
    const content = Content.create({ body: text('better') });
    expect(await change('bob', 'edit', { ...at(2), content })).toMatchObject({ seq: 6 });
    expect(await change('alice', 'recall', at(3))).toMatchObject({ seq: 7 });
    const both = { conversationId, targetSeqs: [2, 5] };
    expect(await change('bob', 'deleteForAll', both)).toMatchObject({ seq: 8, ordinal: 4 });
    expect(await lines(conversationId)).toEqual([
      '1 groupCreated',
      '2 nothing state 2 r1',
      '3 nothing state 1',
      '4 alice',
      '5 nothing state 2',
      '6 nothing state 2',
      '7 recall',
      '8 delete',
    ]);
    const denied = { code: 'PERMISSION_DENIED', field: 'target_seq' };
    await expect(change('bob', 'recall', at(4))).rejects.toMatchObject(denied);
    await expect(change('alice', 'edit', { ...at(3), content })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(change('bob', 'pin', at(4))).rejects.toMatchObject(denied);
    expect((await entries(conversationId)).length).toBe(8);
  });

  it('the list shows the last message, blanked when it was taken back', async () => {
    const conversationId = await team('list');
    const { seq } = await say('bob', conversationId, 'regretted');
    await change('carol', 'react', { conversationId, targetSeq: seq, emoji: '👍' });
    const shown = async () => {
      const { conversations } = await reader.sync();
      return conversations.find((each) => each.conversationId === conversationId);
    };
    expect(await shown()).toMatchObject({ lastSeq: 3, lastEntry: { seq: 2, state: 0 } });
    await change('bob', 'recall', { conversationId, targetSeq: seq });
    expect(await shown()).toMatchObject({
      lastSeq: 4,
      lastEntry: { seq: 2, state: Entry_State.RECALLED, content: undefined },
    });
    expect(JSON.stringify(await reader.sync())).not.toContain('regretted');
  });

  it('reactions and pins are made once; a repeated call gets the first place', async () => {
    const conversationId = await team('marks');
    const { seq: targetSeq } = await say('bob', conversationId, 'nice');
    const request = { conversationId, targetSeq, emoji: '👍', clientMsgId: 'r1' };
    const first = await change('carol', 'react', request);
    expect(first).toMatchObject({ seq: 3 });
    expect(await change('carol', 'react', request)).toEqual(first);
    const again = await change('carol', 'react', { ...request, clientMsgId: 'r2' });
    expect(again).toMatchObject({ seq: 0, ordinal: 0 });
    expect(await change('carol', 'react', { ...request, clientMsgId: 'r3', remove: true })).toEqual(
      expect.objectContaining({ seq: 4 }),
    );
    expect(await change('alice', 'pin', { conversationId, targetSeq })).toMatchObject({ seq: 5 });
    expect(await change('alice', 'pin', { conversationId, targetSeq })).toMatchObject({ seq: 0 });
    const marks = (await entries(conversationId, 3)).map(({ content }) => content?.body);
    expect(marks).toMatchObject([
      { $case: 'reaction', value: { targetSeq, emoji: '👍', removed: false } },
      { $case: 'reaction', value: { targetSeq, emoji: '👍', removed: true } },
      { $case: 'pin', value: { targetSeq, removed: false } },
    ]);
  });
});
