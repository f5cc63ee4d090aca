import {
  groupConversationId,
  parseGroupId,
  type ConversationId,
  type GroupId,
} from '@queqiao/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database, GroupStep } from '../../src/index.js';
import { again, HeldLock } from '../rig/held-lock.js';
import { allow, app, direct, makeGroup, message, StoreRig, user } from '../rig/store-rig.js';

let rig: StoreRig;
let database: Database;
let lock: HeldLock;

beforeAll(async () => {
  rig = await StoreRig.start();
  database = rig.open();
  lock = await HeldLock.open(rig);
});
afterAll(async () => {
  lock.close();
  await rig.stop();
});

const write = { owner: 'logic-1', dispatchDelayMs: 3_000 };
const MEMBER_ROW =
  'SELECT 1 FROM members WHERE user_id = ? AND conversation_id = ? AND app_id = ? FOR UPDATE';
const HEAD = 'SELECT 1 FROM conversations WHERE conversation_id = ? AND app_id = ? FOR UPDATE';
const NEW_MEMBER = 'INSERT INTO members (user_id, conversation_id, app_id) VALUES (?, ?, ?)';
const NEW_HEAD = 'INSERT INTO conversations (conversation_id, app_id) VALUES (?, ?)';
const NEW_ENTRY = `INSERT INTO entries (conversation_id, app_id, seq, ordinal, sender, kind, created_ms, content)
  VALUES (?, ?, ?, 1, 'held', 'text', 1, '')`;

async function chat(a: string, b: string): Promise<ConversationId> {
  const conversationId = direct(a, b);
  await database.conversations.ensureDirect([{ appId: app, conversationId }]);
  return conversationId;
}

const createGroup = (name: string) => makeGroup(database, name, ['owner', 'max']);

let requests = 0;
function changeGroup(groupId: GroupId, ...steps: GroupStep[]) {
  const actor = { kind: 'user', id: 'owner' } as const;
  const request = { actor, requestId: `r${(requests += 1)}`, method: 'Test' };
  const work = { appId: app, groupId, request, userIds: [], ...write };
  return database.groups.change(work, () => ({ answer: null, steps }));
}

/** What there is of a conversation, committed or not, in the order in which locks are taken. */
async function written(id: ConversationId) {
  const [row] = await lock.seen<Record<'head' | 'read' | 'members' | 'entries' | 'pushes', number>>(
    `SELECT (SELECT COALESCE(MAX(last_seq), -1) FROM conversations WHERE conversation_id = ?) AS head,
     (SELECT COUNT(*) FROM members WHERE conversation_id = ?) AS members,
     (SELECT COALESCE(MAX(read_seq), 0) FROM members WHERE conversation_id = ?) AS \`read\`,
     (SELECT COUNT(*) FROM entries WHERE conversation_id = ? AND sender <> 'held') AS entries,
     (SELECT COUNT(*) FROM dispatch WHERE payload LIKE ?) AS pushes`,
    id,
    id,
    id,
    id,
    `%"${id}"%`,
  );
  return row;
}

describe('locks are taken in the order head, members, entries, dispatch row', () => {
  it('by an append', async () => {
    const id = await chat('ap-a', 'ap-b');
    const append = () => {
      const items = [message(id, 'ap-a')];
      return again(() => database.append.commitBatch(items, allow));
    };
    await lock.during([MEMBER_ROW, 'ap-a', id, app], append, async () => {
      expect(await written(id)).toMatchObject({ head: 1, read: 0, entries: 0, pushes: 0 });
    });
    await lock.during([NEW_ENTRY, id, app, 2], append, async () => {
      expect(await written(id)).toMatchObject({ head: 2, read: 2, entries: 1, pushes: 1 });
    });
    expect(await written(id)).toMatchObject({ head: 2, read: 2, entries: 2, pushes: 2 });
  });

  it('by the creation of a group, which holds the head before it writes a member', async () => {
    const create = (name: string) => () => createGroup(name);
    const [one, two] = ['g-head', 'g-members'].map((name) =>
      groupConversationId(parseGroupId(name)),
    ) as [ConversationId, ConversationId];
    await lock.during([NEW_HEAD, one, app], create('g-head'), async () => {
      expect(await written(one)).toMatchObject({ members: 0, entries: 0, pushes: 0 });
    });
    await lock.during([NEW_MEMBER, 'owner', two, app], create('g-members'), async () => {
      expect(await written(two)).toMatchObject({ head: 0, entries: 0, pushes: 0 });
    });
    expect(await written(two)).toMatchObject({ members: 2, entries: 1, pushes: 1 });
  });

  it('by a change of a group, which holds the head before it writes a member, and members by their ids', async () => {
    const groupId = parseGroupId('g-change');
    const id = groupConversationId(groupId);
    await createGroup('g-change');
    const userIds = [user('gone-z'), user('gone-a')];
    const sender = { kind: 'system', id: '' } as const;
    const words = { kind: 'membersJoined', content: Buffer.from('x'), countable: false };
    const entry: GroupStep = { op: 'entry', entry: { ...words, sender, shown: true } };
    const who = { userIds, role: 'member', inviterId: '', seesFromStart: false } as const;
    const join = () => changeGroup(groupId, { op: 'join', ...who }, entry);
    await lock.during([HEAD, id, app], join, async () => {
      expect(await written(id)).toMatchObject({ members: 2, entries: 1, pushes: 1 });
    });
    expect(await written(id)).toMatchObject({ members: 4, entries: 2, pushes: 2 });
    await changeGroup(groupId, entry, { op: 'leave', userIds });
    await lock.during([MEMBER_ROW, 'gone-a', id, app], join, async () => {
      expect(await lock.freeMembers(id)).toContain('gone-z');
      expect(await lock.freeHeads(id)).toEqual([]);
      expect(await written(id)).toMatchObject({ entries: 3, pushes: 3 });
    });
    expect(await written(id)).toMatchObject({ entries: 4, pushes: 4 });
  });

  it('by a mark of the one side of a chat that concerns the other: members by their ids', async () => {
    const id = await chat('mr-a', 'mr-b');
    await database.append.commitBatch([message(id, 'mr-a')], allow);
    const mark = (who: string) => () =>
      database.members.advanceRead({
        appId: app,
        userId: user(who),
        conversationId: id,
        seq: 1,
        ...write,
      });
    await lock.during([MEMBER_ROW, 'mr-a', id, app], mark('mr-b'), async () => {
      expect(await lock.freeMembers(id)).toEqual(['mr-b']);
      expect(await written(id)).toMatchObject({ pushes: 1 });
    });
    await lock.during([MEMBER_ROW, 'mr-b', id, app], mark('mr-a'), async () => {
      expect(await lock.freeMembers(id)).toEqual([]);
      expect(await written(id)).toMatchObject({ pushes: 2 });
    });
  });

  it('by acknowledgements of many members: by their ids, however they came', async () => {
    const id = await chat('ak-a', 'ak-b');
    await database.append.commitBatch([message(id, 'ak-a')], allow);
    const acks = ['ak-b', 'ak-a'].map((who) => ({
      appId: app,
      userId: user(who),
      conversationId: id,
      seq: 1,
    }));
    const ack = () => database.members.ackDelivered(acks, write);
    await lock.during([MEMBER_ROW, 'ak-a', id, app], ack, async () => {
      expect(await lock.freeMembers(id)).toEqual(['ak-b']);
      expect(await written(id)).toMatchObject({ pushes: 1 });
    });
    expect(await written(id)).toMatchObject({ pushes: 2 });
  });
});

describe('unknown heads are made by short statements', () => {
  const wanted = (...ids: ConversationId[]) =>
    ids.map((conversationId) => ({ appId: app, conversationId }));

  it('in the order of ids, however they came', async () => {
    const [late, early] = [direct('un-y', 'un-z'), direct('un-a', 'un-b')];
    const make = () => database.conversations.ensureDirect(wanted(late, early));
    await lock.during([NEW_MEMBER, 'un-a', early, app], make, async () => {
      expect(await written(late)).toMatchObject({ members: 0, head: -1 });
    });
    const [later, earlier] = [direct('uo-y', 'uo-z'), direct('uo-a', 'uo-b')];
    const makeThem = () => database.conversations.ensureDirect(wanted(later, earlier));
    await lock.during([NEW_HEAD, earlier, app], makeThem, async () => {
      expect(await written(later)).toMatchObject({ members: 2, head: -1 });
    });
    expect(await written(later)).toMatchObject({ members: 2, head: 0 });
  });

  it('that commit by themselves: nobody waits for the members of a head that is not there yet', async () => {
    const id = direct('us-a', 'us-b');
    const make = () => database.conversations.ensureDirect(wanted(id));
    await lock.during([NEW_HEAD, id, app], make, async () => {
      expect(await lock.freeMembers(id)).toEqual(['us-a', 'us-b']);
    });
  });
});
