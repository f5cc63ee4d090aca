import { groupConversationId, HEAD_FLAGS, parseGroupId } from '@queqiao/domain';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database, InvitationsStep } from '../../src/index.js';
import { app, makeGroup, newGroup, profile, StoreRig, user } from '../rig/store-rig.js';

let rig: StoreRig;
let database: Database;

beforeAll(async () => {
  rig = await StoreRig.start();
  database = rig.open();
});
afterAll(() => rig.stop());

const conv = (id: string) => groupConversationId(parseGroupId(id));
const count = async (sql: string): Promise<number> =>
  (await rig.rows<{ n: number }>(`SELECT COUNT(*) AS n ${sql}`))[0]?.n ?? -1;

describe('a new group', () => {
  it('begins with its first entry, its members and a dispatch row', async () => {
    const said = { name: '桥 & "friends"', introduction: 'Hi', joinMode: 'free' } as const;
    const more = { profile: { ...profile, ...said } };
    const { commit } = await makeGroup(database, 'g1', ['olga', 'max', 'olga', 'max'], more);
    const id = conv('g1');
    expect(commit).toMatchObject({
      entries: [{ conversationId: id, seq: 1, ordinal: 0 }],
      heads: [{ conversationId: id, memberVersion: 1, mode: 'routed' }],
      states: [],
    });
    expect(await database.conversations.memberList(app, id)).toEqual({
      version: 1,
      members: [
        { userId: 'max', joinedSeq: 0, leftSeq: null },
        { userId: 'olga', joinedSeq: 0, leftSeq: null },
      ],
    });
    const wanted = [{ conversationId: id, seq: 1 }];
    const [shown] = await database.conversations.shownEntries(app, wanted);
    expect(shown).toMatchObject({
      groupName: said.name,
      entry: { seq: 1, ordinal: 0, sender: { kind: 'system' }, clientMsgId: '' },
    });
    const olga = await database.conversations.member(app, user('olga'), id);
    expect(olga).toMatchObject({
      lastSeq: 1,
      shownSeq: 1,
      member: { role: 'owner', joinedSeq: 0, readSeq: 0, readOrdinal: 0 },
    });
    const [group] = await database.groups.groups(app, [parseGroupId('g1')]);
    expect(group).toMatchObject({ ...said, ownerId: 'olga', memberCount: 2, adminCount: 0 });
    expect(await count(`FROM dispatch WHERE dispatch_id = '${commit?.dispatchId}'`)).toBe(1);
  });

  it('is made once per request, also by two nodes at the same moment', async () => {
    const other = rig.open();
    const nodes = [database, other, database, other];
    const made = await Promise.all(nodes.map((node) => makeGroup(node, 'g2', ['olga', 'max'])));
    expect(made.filter(({ commit }) => commit !== null)).toHaveLength(1);
    expect(new Set(made.map(({ answer }) => answer.conv))).toEqual(new Set([conv('g2')]));
    expect(await count(`FROM entries WHERE conversation_id = '${conv('g2')}'`)).toBe(1);
  });

  it('is known to its request also when the answer is forgotten', async () => {
    await makeGroup(database, 'g3', ['olga', 'max']);
    await rig.rows('DELETE FROM requests');
    const again = await makeGroup(database, 'g3', ['olga', 'max']);
    expect(again).toEqual({ answer: { id: 'g3', conv: conv('g3') }, commit: null });
  });

  it('takes no id that another group has', async () => {
    await makeGroup(database, 'g4', ['olga']);
    const taken = { code: 'ALREADY_EXISTS', field: 'group_id' };
    await expect(makeGroup(database, 'g4', ['max'])).rejects.toMatchObject(taken);
    const actor = { kind: 'user', id: 'olga' } as const;
    const request = { actor, requestId: 'another', method: 'CreateGroup' };
    const another = makeGroup(database, 'g4', ['olga'], { request });
    await expect(another).rejects.toMatchObject(taken);
    expect(await count("FROM requests WHERE request_id = 'another'")).toBe(0);
  });

  it('holds 500 members and no more', async () => {
    const members = Array.from({ length: 500 }, (_, index) => `m${index}`);
    expect((await makeGroup(database, 'g5', members)).commit).not.toBeNull();
    const over = makeGroup(database, 'g6', [...members, 'one-more']);
    await expect(over).rejects.toThrow('GROUP_MAX_MEMBERS');
  });

  it('is a large one from the start where it has so many members', async () => {
    const { commit } = await makeGroup(database, 'crowd', ['olga', 'max'], { large: true });
    expect(commit?.heads).toMatchObject([{ mode: 'both', memberVersion: 1 }]);
    const key = { appId: app, conversationId: conv('crowd') };
    expect(await database.large.crossings()).toEqual([{ ...key, filled: false }]);
    expect(await database.large.fillNext(key)).toBe(true);
    const members = await database.large.memberships(app, [user('max'), user('olga')]);
    expect(members.map(({ joinedSeq }) => joinedSeq)).toEqual([0, 0]);
  });

  it('asks some in, each with the count of what that one has not seen', async () => {
    const invite = (groupId: string, ...invited: string[]): InvitationsStep => ({
      op: 'invitations',
      invitations: invited.map((userId) => ({
        groupId: parseGroupId(groupId),
        groupName: 'Team',
        userId: user(userId),
        inviterId: user('olga'),
        text: '',
        state: 'pending',
        read: false,
        createdMs: 1,
        updatedMs: 1,
        expiresMs: Number.MAX_SAFE_INTEGER,
      })),
      entry: ({ userId }, unread) => ({
        kind: 'invitationChanged',
        content: Buffer.from(`${userId} ${unread}`),
        sender: { kind: 'user', id: 'olga' },
        countable: false,
        shown: false,
      }),
    });
    await makeGroup(database, 'g7', ['olga'], { invitations: invite('g7', 'ida', 'max') });
    const second = newGroup('g8', ['olga'], { invitations: invite('g8', 'ida') });
    const { commit } = await database.groups.create(...second);
    const told = commit?.entries.map(({ conversationId, seq, content }) => {
      return `${conversationId} ${seq} ${Buffer.from(content).toString()}`;
    });
    expect(told).toEqual(['s:ida 2 ida 2', 'g:g8 1 x']);
    expect(await database.groups.unreadInvitations(app, user('ida'))).toBe(2);
  });
});

describe('the groups of a user', () => {
  const limit = { code: 'LIMIT_EXCEEDED', field: 'maxGroupsPerUser' };

  it('are no more than allowed, whoever makes them, also at the same moment', async () => {
    const other = rig.open();
    await rig.users({ busy: '', bea: '' });
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) =>
        makeGroup(index % 2 === 0 ? database : other, `busy${index}`, ['busy'], { maxGroups: 3 }),
      ),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    const refused = results.find((result) => result.status === 'rejected');
    expect(refused?.reason).toMatchObject(limit);
    expect(await count("FROM members WHERE user_id = 'busy' AND left_seq IS NULL")).toBe(3);
    const guest = makeGroup(database, 'bea1', ['bea', 'busy'], { maxGroups: 3 });
    await expect(guest).rejects.toMatchObject(limit);
    expect(await count(`FROM conversations WHERE conversation_id = '${conv('bea1')}'`)).toBe(0);
  });

  it('do not count once they have ended or are left', async () => {
    await rig.users({ cy: '' });
    for (const id of ['cy1', 'cy2']) await makeGroup(database, id, ['cy'], { maxGroups: 2 });
    const third = () => makeGroup(database, 'cy3', ['cy'], { maxGroups: 2 });
    await expect(third()).rejects.toMatchObject(limit);
    await rig.rows('UPDATE conversations SET flags = ? WHERE conversation_id = ?', [
      HEAD_FLAGS.dissolved,
      conv('cy1'),
    ]);
    expect((await third()).commit).not.toBeNull();
    await expect(makeGroup(database, 'cy4', ['cy'], { maxGroups: 2 })).rejects.toMatchObject(limit);
    await rig.rows("UPDATE members SET left_seq = 1 WHERE user_id = 'cy' AND conversation_id = ?", [
      conv('cy2'),
    ]);
    expect((await makeGroup(database, 'cy4', ['cy'], { maxGroups: 2 })).commit).not.toBeNull();
  });
});
