import { GroupRole, GroupServiceDefinition as Groups } from '@queqiao/protocol/client';
import type { TestCluster } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { allHear, appoint, foundGroup } from '../../src/stage/group.js';
import type { Person } from '../../src/stage/person.js';
import { useStage } from '../../src/stage/stage.js';

const GROUP = { groupId: 'team' };
const CHAT = 'g:team';
/** Members without devices. */
const CROWD = ['dan', 'eve', 'fay', 'gil'];

export function members(cluster: () => TestCluster): void {
  const stage = useStage(cluster, 'members');

  async function list(who: Person, more: object = {}): Promise<string[]> {
    const found: string[] = [];
    for (let pageToken = ''; ;) {
      const request = { ...GROUP, limit: 2, pageToken, ...more };
      const page = await who.reads(Groups, 'listMembers', request);
      found.push(...page.members.map(({ userId }) => userId));
      ({ nextPageToken: pageToken } = page);
      if (pageToken === '') return found;
    }
  }

  it('are brought in many at once, and who is in already is passed over', async () => {
    const [alice, bob, carol] = stage().cast;
    await stage().backEnd.upsert(...CROWD);
    await foundGroup([alice, bob], GROUP);
    const adding = { ...GROUP, userIds: ['bob', 'carol', ...CROWD] };
    const userIds = ['carol', ...CROWD];
    const added = await alice.does(Groups, 'addMembers', adding);
    expect(added).toEqual({ addedIds: userIds, invitedIds: [], appliedIds: [] });
    const told = { by: 'alice', membersJoined: { userIds, inviterId: 'alice' } };
    await allHear([alice, bob, carol], CHAT, told);
    await carol.holds(CHAT, { role: GroupRole.MEMBER });
    await carol.says(CHAT, 'hello all', alice, bob);
  });

  it('are listed page by page, by role, and by the beginning of a name, id or nickname', async () => {
    const [alice, bob, carol] = stage().cast;
    await appoint(alice, 'team', bob, carol);
    const named = { ...GROUP, userId: 'gil', name: 'Zoë' };
    await alice.does(Groups, 'renameMember', named);
    await allHear([alice, bob, carol], CHAT, { memberRenamed: { userId: 'gil', name: 'Zoë' } });
    const { users, options } = stage().backEnd;
    await users.upsertUsers({ users: [{ userId: 'dan', nickname: 'Zora' }] }, options);
    expect(await list(carol)).toEqual(['alice', 'bob', 'carol', ...CROWD]);
    expect(await list(carol, { role: GroupRole.OWNER })).toEqual(['alice']);
    expect(await list(carol, { role: GroupRole.ADMIN })).toEqual(['bob']);
    expect(await list(carol, { role: GroupRole.MEMBER })).toEqual(['carol', ...CROWD]);
    expect(await list(carol, { query: 'zo' })).toEqual(['gil', 'dan']);
    expect(await list(carol, { query: 'fa' })).toEqual(['fay']);
    const asked = { ...GROUP, userIds: ['gil', 'nobody', 'bob'] };
    const { members: some } = await carol.reads(Groups, 'getMembers', asked);
    expect(some.map(({ userId, name, role }) => `${userId} ${name} ${role}`).sort()).toEqual([
      `bob  ${GroupRole.ADMIN}`,
      `gil Zoë ${GroupRole.MEMBER}`,
    ]);
  });

  it('name themselves, and are named by those above them', async () => {
    const [alice, bob, carol] = stage().cast;
    const rename = (who: Person, whom: Person, name: string) =>
      who.does(Groups, 'renameMember', { ...GROUP, userId: whom.id, name });
    await rename(carol, carol, 'C.');
    await rename(bob, carol, 'Caro');
    const told = (by: string, name: string) => ({ by, memberRenamed: { userId: 'carol', name } });
    await allHear([alice, bob, carol], CHAT, told('carol', 'C.'), told('bob', 'Caro'));
    for (const userId of ['alice', 'bob']) {
      const above = { ...GROUP, userId, name: 'Boss' };
      expect(await carol.refused(Groups, 'renameMember', above)).toBe('PERMISSION_DENIED');
    }
    const owner = { ...GROUP, userId: 'alice', name: 'Boss' };
    expect(await bob.refused(Groups, 'renameMember', owner)).toBe('PERMISSION_DENIED user_id');
  });

  it('leave by themselves, keep what they saw, and see nothing more', async () => {
    const [alice, bob, carol] = stage().cast;
    await carol.does(Groups, 'leaveGroup', GROUP);
    const left = { by: 'carol', membersLeft: { userIds: ['carol'] } };
    await allHear([alice, bob, carol], CHAT, left);
    await alice.says(CHAT, 'she has gone', bob);
    expect(await carol.cannotSay(CHAT)).toBe('NOT_A_MEMBER');
    expect(await carol.refused(Groups, 'leaveGroup', GROUP)).toBe('NOT_A_MEMBER');
    expect((await carol.reads(Groups, 'getGroups', { groupIds: ['team'] })).groups).toEqual([]);
    expect(await alice.refused(Groups, 'leaveGroup', GROUP)).toBe('PERMISSION_DENIED');
  });

  it('are removed many at once, and who is no member is passed over', async () => {
    const [alice, bob, carol] = stage().cast;
    await bob.does(Groups, 'addMembers', { ...GROUP, userIds: ['carol'] });
    await allHear([alice, bob, carol], CHAT, { by: 'bob', membersJoined: { userIds: ['carol'] } });
    const above = { ...GROUP, userIds: ['dan', 'alice'] };
    expect(await bob.refused(Groups, 'removeMembers', above)).toBe('PERMISSION_DENIED user_ids');
    const userIds = ['carol', 'dan', 'eve'];
    const removal = { ...GROUP, userIds: [...userIds, 'prompter'] };
    const { removedIds } = await bob.does(Groups, 'removeMembers', removal);
    expect([...removedIds].sort()).toEqual(userIds);
    await allHear([alice, bob, carol], CHAT, { by: 'bob', membersLeft: { userIds: removedIds } });
    expect(await carol.cannotSay(CHAT)).toBe('NOT_A_MEMBER');
    await bob.says(CHAT, 'tidy', alice);
    expect(await list(alice)).toEqual(['alice', 'bob', 'fay', 'gil']);
    const { groups } = await alice.reads(Groups, 'getGroups', { groupIds: ['team'] });
    expect(groups).toMatchObject([{ memberCount: 4 }]);
  });
}
