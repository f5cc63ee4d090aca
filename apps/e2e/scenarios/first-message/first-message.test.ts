import {
  ConversationServiceDefinition as Conversations,
  GroupServiceDefinition as Groups,
  MessageServiceDefinition as Messages,
  Platform,
  Sender_Kind,
  UserServiceDefinition as Users,
  type Entry,
  type Push,
  SendRequest,
} from '@queqiao/protocol/client';
import { SendMessageRequest } from '@queqiao/protocol/server';
import { BareDevice, queryRows, readLogTable, type Codec } from '@queqiao/testkit';
import { beforeAll, describe, expect, it } from 'vitest';
import { BackEnd, codeOf, text, UserDoor } from '../../src/doors.js';
import { useCluster } from '../../src/scenario.js';

const cluster = useCluster();

async function device(user: string, id: string, node: number, codec: Codec = 'proto') {
  const token = await cluster().app.token(user);
  const platform = Platform.ANDROID;
  const { socketUrl } = cluster().connectAt(node);
  return BareDevice.signIn(socketUrl, { token, deviceId: id, codec, platform });
}

function isEntry({ event }: Push, conversationId: string, seq: number): boolean {
  if (event?.$case !== 'entry') return false;
  return event.value.conversationId === conversationId && event.value.seq === seq;
}

/** The pushed entry, once it has come. */
async function pushed(to: BareDevice, conversationId: string, seq: number): Promise<Entry> {
  const push = await to.next('push', (value) => isEntry(value, conversationId, seq));
  if (push.event?.$case !== 'entry') throw new Error('not an entry');
  return push.event.value;
}

function send(from: BareDevice, conversationId: string, clientMsgId: string, words: string) {
  const request = SendRequest.create({ conversationId, clientMsgId, content: text(words) });
  return from.call(Messages, Messages.methods.send, request, conversationId);
}

let backEnd: BackEnd;
beforeAll(async () => {
  backEnd = new BackEnd(cluster().logicAt(0).grpcAddress, cluster().app);
  await backEnd.upsert('alice', 'bob', 'carol', 'dave');
  return () => backEnd.close();
});

describe('a first message', () => {
  it('reaches every device of both sides, over both subprotocols and other nodes', async () => {
    const phone = await device('alice', 'phone', 0, 'json');
    const laptop = await device('alice', 'laptop', 1);
    const bobs = await device('bob', 'phone', 1, 'json');
    const tablet = await device('bob', 'tablet', 0);
    const answer = await send(phone, 'd:alice:bob', 'm1', '你好, Bob 🌉');
    expect(answer).toMatchObject({ conversationId: 'd:alice:bob', seq: 1, ordinal: 1 });
    const entries = await Promise.all(
      [laptop, bobs, tablet].map((each) => pushed(each, 'd:alice:bob', 1)),
    );
    const [stored] = (await readLogTable(cluster().database.url, 'demo')).get('d:alice:bob') ?? [];
    expect(stored).toMatchObject({ clientMsgId: 'm1', createdMs: answer.createdMs });
    for (const entry of entries) expect(entry).toEqual(stored);
    // The sending socket has the answer and gets no push of its own message; a later one is pushed to it.
    await send(tablet, 'd:alice:bob', 'm2', 'hello');
    await pushed(phone, 'd:alice:bob', 2);
    expect(phone.all('push').filter((push) => isEntry(push, 'd:alice:bob', 1))).toEqual([]);
  });

  it('is synced, pulled, counted as unread and marked read', async () => {
    const alice = await device('alice', 'a2', 0);
    const carol = await device('carol', 'c1', 1, 'json');
    for (const id of ['x1', 'x2', 'x3']) await send(alice, 'd:alice:carol', id, id);
    const sync = () =>
      carol.call(Conversations, Conversations.methods.syncConversations, {
        cursor: new Uint8Array(),
        limit: 10,
      });
    const [listed] = (await sync()).conversations;
    expect(listed).toMatchObject({
      conversationId: 'd:alice:carol',
      lastSeq: 3,
      lastOrdinal: 3,
      lastEntry: { seq: 3 },
      member: { unread: 3, readSeq: 0 },
    });
    const range = { fromSeq: 2, toSeq: 3, limit: 10, backwards: false };
    const pull = { conversationId: 'd:alice:carol', ...range };
    const answer = await carol.call(Conversations, Conversations.methods.pullEntries, pull);
    expect(answer.entries.map(({ clientMsgId }) => clientMsgId)).toEqual(['x2', 'x3']);
    const mark = { conversationId: 'd:alice:carol', seq: 2 };
    const { member } = await carol.call(Conversations, Conversations.methods.markRead, mark);
    expect(member).toMatchObject({ readSeq: 2, readOrdinal: 2, unread: 1 });
    expect((await sync()).conversations[0]?.member).toMatchObject({ unread: 1 });
  });

  it('tells a user’s other devices what was read', async () => {
    const [first, second] = [
      await device('carol', 'c2', 0),
      await device('carol', 'c3', 1, 'json'),
    ];
    const mark = { conversationId: 'd:alice:carol', seq: 3 };
    await first.call(Conversations, Conversations.methods.markRead, mark);
    const push = await second.next('push', ({ event }) => event?.$case === 'memberState');
    expect(push.event).toMatchObject({ value: { readSeq: 3, unread: 0 } });
  });

  it('keeps a record of the device', async () => {
    const sql = 'SELECT * FROM devices WHERE app_id = ? AND user_id = ? AND device_id = ?';
    const [row] = await queryRows(cluster().database.url, sql, ['demo', 'alice', 'phone']);
    expect(row).toMatchObject({ platform: 'android', brand: 'Queqiao', model: 'bare' });
    expect(Number(row?.['last_seen_ms'])).toBeGreaterThan(0);
  });
});

describe('back ends', () => {
  it('create groups and speak as a user, as the business and as the system', async () => {
    const devices = [await device('bob', 'b5', 0), await device('dave', 'd5', 1, 'json')];
    const group = await backEnd.createGroup('alice', 'team', ['bob', 'dave']);
    expect(group).toBe('g:team');
    for (const each of devices) {
      expect((await pushed(each, group, 1)).content?.body).toMatchObject({
        $case: 'groupCreated',
        value: { name: 'team', creatorId: 'alice' },
      });
    }
    const senders = [
      { kind: Sender_Kind.USER, id: 'alice' },
      { kind: Sender_Kind.BUSINESS, id: 'shop' },
      { kind: Sender_Kind.SYSTEM, id: '' },
    ];
    for (const [at, sender] of senders.entries()) {
      const message = { sender, conversationId: group, clientMsgId: 'same', content: text('hi') };
      const request = SendMessageRequest.create(message);
      expect(await backEnd.messages.sendMessage(request, backEnd.options)).toMatchObject({
        seq: at + 2,
      });
      for (const each of devices) {
        expect(await pushed(each, group, at + 2)).toMatchObject({ sender, clientMsgId: 'same' });
      }
    }
    expect(await backEnd.createGroup('alice', 'team', ['bob', 'dave'])).toBe(group);
  });

  it('are refused without a credential', async () => {
    const forged = new BackEnd(cluster().logicAt(1).grpcAddress, { credential: 'qq1.demo.test.x' });
    expect(await codeOf(forged.upsert('eve'))).toBe('UNAUTHENTICATED');
    forged.close();
  });
});

describe('one handler, two doors', () => {
  it('a user over gRPC does what a socket does', async () => {
    const app = cluster().app;
    const door = new UserDoor(cluster().logicAt(1).grpcAddress, await app.token('dave'), 'd9');
    const bob = await device('bob', 'b9', 0, 'json');
    expect(await door.send('d:bob:dave', 'm1', 'over gRPC')).toBe(1);
    await pushed(bob, 'd:bob:dave', 1);
    const dave = await device('dave', 'd9', 1);
    expect((await send(dave, 'd:bob:dave', 'm1', 'over gRPC')).seq).toBe(1);
    expect((await send(bob, 'd:bob:dave', 'm1', 'my own m1')).seq).toBe(2);
    const pull = { conversationId: 'd:bob:dave', fromSeq: 0, toSeq: 0, limit: 0, backwards: false };
    const overGrpc = await door.conversations.pullEntries(pull, door.options);
    for (const each of [bob, dave]) {
      const answer = await each.call(Conversations, Conversations.methods.pullEntries, pull);
      expect(answer).toEqual(overGrpc);
    }
    for (const each of [bob, dave]) {
      const missing = { ...pull, conversationId: 'g:nowhere' };
      const call = each.call(Conversations, Conversations.methods.pullEntries, missing);
      expect(await codeOf(call)).toBe('NOT_FOUND');
      const answer = await each.call(Users, Users.methods.getUsers, { userIds: ['alice', 'no'] });
      expect(answer.users.map(({ userId }) => userId)).toEqual(['alice']);
    }
    expect(await codeOf(door.send('g:nowhere', 'm1', 'x'))).toBe('NOT_FOUND');
    door.close();
  });

  it('a device creates a group too', async () => {
    const carol = await device('carol', 'c7', 0, 'json');
    const dave = await device('dave', 'd7', 1);
    const wanted = { clientRequestId: 'r1', name: '家', memberIds: ['dave'] };
    const request = Groups.methods.createGroup.requestType.create(wanted);
    const create = () => carol.call(Groups, Groups.methods.createGroup, request);
    const { conversationId } = await create();
    await pushed(dave, conversationId, 1);
    expect((await create()).conversationId).toBe(conversationId);
    expect((await send(dave, conversationId, 'm1', 'thanks')).seq).toBe(2);
    await pushed(carol, conversationId, 2);
  });
});
