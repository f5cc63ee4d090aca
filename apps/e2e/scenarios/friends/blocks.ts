import {
  FriendServiceDefinition as Friends,
  GroupServiceDefinition as Groups,
  PresenceServiceDefinition as Presences,
  UserServiceDefinition as Users,
} from '@queqiao/protocol/client';
import { queryRows, type TestCluster } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import type { Person } from '../../src/stage/person.js';
import { useStage } from '../../src/stage/stage.js';
import { befriend } from '../../src/stage/befriend.js';

const CHAT = 'd:alice:bob';

export function blocks(cluster: () => TestCluster): void {
  const stage = useStage(cluster, 'blocks', { maxBlocks: 1 });

  async function block(blocked: boolean): Promise<void> {
    const [alice, bob] = stage().cast;
    await alice.does(Friends, blocked ? 'blockUser' : 'unblockUser', { userId: 'bob' });
    await alice.hears('s:alice', { by: 'alice', blockChanged: { userId: 'bob', blocked } });
    await bob.holds(CHAT, { blockedByPeer: blocked });
  }

  async function stored(): Promise<number> {
    const sql = 'SELECT COUNT(*) AS entries FROM entries WHERE app_id = ?';
    const [row] = await queryRows(cluster().database.rootUrl, sql, [stage().app.appId]);
    return Number(row?.['entries']);
  }

  it('nothing of the blocked is taken or stored: messages, requests, invitations', async () => {
    const [alice, bob] = stage().cast;
    await bob.says(CHAT, 'before', alice);
    await block(true);
    const before = await stored();
    expect(await bob.cannotSay(CHAT)).toBe('BLOCKED');
    const asking = { userId: 'alice', text: 'why?' };
    expect(await bob.refused(Friends, 'sendFriendRequest', asking)).toBe('BLOCKED user_id');
    const group = { name: 'Trap', memberIds: ['alice'] };
    expect(await bob.refused(Groups, 'createGroup', group)).toBe('PERMISSION_DENIED member_ids');
    expect(await stored()).toBe(before);
  });

  it('who has blocked may write still, but not ask for friendship, and is found no more', async () => {
    const [alice, bob] = stage().cast;
    await alice.says(CHAT, 'one thing more', bob);
    const asking = { userId: 'bob' };
    expect(await alice.refused(Friends, 'sendFriendRequest', asking)).toBe(
      'PERMISSION_DENIED user_id',
    );
    const find = async (person: Person, query: string) =>
      (await person.reads(Users, 'searchUsers', { query })).users.map(({ user }) => user?.userId);
    expect(await find(bob, 'alice')).toEqual([]);
    expect(await find(alice, 'bob')).toEqual(['bob']);
  });

  it('who has blocked is offline to the blocked, and sees the blocked', async () => {
    const [alice, bob] = stage().cast;
    const online = async (viewer: Person, userId: string) => {
      const { presences } = await viewer.reads(Presences, 'getPresence', { userIds: [userId] });
      return presences[0]?.online;
    };
    expect(await online(bob, 'alice')).toBe(false);
    expect(await online(alice, 'bob')).toBe(true);
  });

  it('lists say who is blocked, as many as the app lets', async () => {
    const [alice, bob] = stage().cast;
    expect((await alice.reads(Friends, 'listBlocks', {})).userIds).toEqual(['bob']);
    expect((await bob.reads(Friends, 'listBlocks', {})).userIds).toEqual([]);
    const another = { userId: 'carol' };
    expect(await alice.refused(Friends, 'blockUser', another)).toBe('LIMIT_EXCEEDED maxBlocks');
    // Blocked already: nothing is told.
    await alice.does(Friends, 'blockUser', { userId: 'bob' });
  });

  it('two who block each other take nothing from each other', async () => {
    const [alice, bob] = stage().cast;
    await bob.does(Friends, 'blockUser', { userId: 'alice' });
    await bob.hears('s:bob', { blockChanged: { userId: 'alice', blocked: true } });
    await alice.holds(CHAT, { blockedByPeer: true });
    expect(await alice.cannotSay(CHAT)).toBe('BLOCKED');
    expect(await bob.cannotSay(CHAT)).toBe('BLOCKED');
    await bob.does(Friends, 'unblockUser', { userId: 'alice' });
    await bob.hears('s:bob', { blockChanged: { userId: 'alice', blocked: false } });
    await alice.holds(CHAT, { blockedByPeer: false });
    await alice.says(CHAT, 'only you now', bob);
  });

  it('ends with being unblocked, and keeps a friendship meanwhile', async () => {
    const [alice, bob] = stage().cast;
    await block(false);
    await alice.does(Friends, 'unblockUser', { userId: 'bob' });
    await bob.says(CHAT, 'thank you', alice);
    await befriend(bob, alice);
    await block(true);
    const friends = async (person: Person) =>
      (await person.reads(Friends, 'listFriends', {})).friends.map(({ userId }) => userId);
    expect(await friends(alice)).toEqual(['bob']);
    expect(await friends(bob)).toEqual(['alice']);
    expect(await bob.cannotSay(CHAT)).toBe('BLOCKED');
    await block(false);
    await bob.says(CHAT, 'again', alice);
  });
}
