import { GroupRole, GroupServiceDefinition as Groups } from '@queqiao/protocol/client';
import type { TestCluster } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { allHear, appoint, foundGroup } from '../../src/stage/group.js';
import type { Person } from '../../src/stage/person.js';
import { useStage } from '../../src/stage/stage.js';

const GROUP = { groupId: 'team' };
const CHAT = 'g:team';
const { ADMIN, MEMBER, OWNER } = GroupRole;

/** Samples of who may do what; the whole table is tested where it stands. */
export function governing(cluster: () => TestCluster): void {
  const stage = useStage(cluster, 'governing');

  async function roles(who: Person): Promise<Record<string, GroupRole>> {
    const { members } = await who.reads(Groups, 'listMembers', GROUP);
    return Object.fromEntries(members.map(({ userId, role }) => [userId, role]));
  }

  it('are appointed many at once by the owner, and dismissed again', async () => {
    const [alice, bob, carol] = stage().cast;
    await foundGroup([alice, bob, carol], GROUP);
    const both = { userIds: ['bob', 'carol'] };
    for (const role of [ADMIN, MEMBER]) {
      await alice.does(Groups, 'setRole', { ...GROUP, ...both, role });
      const told = { by: 'alice', roleChanged: { ...both, role } };
      await allHear([alice, bob, carol], CHAT, told);
      for (const person of [bob, carol]) await person.holds(CHAT, { role });
    }
    expect(await roles(carol)).toEqual({ alice: OWNER, bob: MEMBER, carol: MEMBER });
    const own = { ...GROUP, userIds: ['alice'], role: MEMBER };
    expect(await alice.refused(Groups, 'setRole', own)).toBe('PERMISSION_DENIED user_ids');
    const outsider = { ...GROUP, userIds: ['prompter'], role: ADMIN };
    expect(await alice.refused(Groups, 'setRole', outsider)).toBe('NOT_FOUND user_ids');
  });

  it.each<
    [string, 'updateGroup' | 'setRole' | 'removeMembers' | 'muteMembers' | 'dissolveGroup', object]
  >([
    ['change what the group says', 'updateGroup', { name: 'Ours' }],
    ['give roles', 'setRole', { userIds: ['bob'], role: ADMIN }],
    ['remove anybody', 'removeMembers', { userIds: ['carol'] }],
    ['mute anybody', 'muteMembers', { userIds: ['carol'], untilMs: 9e15 }],
    ['end it', 'dissolveGroup', {}],
  ])('are not ordinary members, who may not %s', async (_what, name, request) => {
    const bob = stage().person('bob');
    expect(await bob.refused(Groups, name, { ...GROUP, ...request })).toBe('PERMISSION_DENIED');
  });

  it('may as admins what is below them, and nothing to the owner', async () => {
    const [alice, bob, carol] = stage().cast;
    await appoint(alice, 'team', bob, carol);
    await bob.does(Groups, 'updateGroup', { ...GROUP, announcement: 'I govern' });
    await allHear([alice, bob, carol], CHAT, {
      by: 'bob',
      groupUpdated: { announcement: 'I govern' },
    });
    const owner = { ...GROUP, userIds: ['alice'] };
    expect(await bob.refused(Groups, 'removeMembers', owner)).toBe('PERMISSION_DENIED user_ids');
    const muting = { ...owner, untilMs: 9e15 };
    expect(await bob.refused(Groups, 'muteMembers', muting)).toBe('PERMISSION_DENIED user_ids');
    const transfer = { ...GROUP, userId: 'bob' };
    expect(await bob.refused(Groups, 'transferOwnership', transfer)).toBe('PERMISSION_DENIED');
    expect(await bob.refused(Groups, 'dissolveGroup', GROUP)).toBe('PERMISSION_DENIED');
  });

  it('are strangers to nobody: to them the group does not exist', async () => {
    const alice = stage().person('alice');
    await foundGroup([alice], { groupId: 'secret' });
    const carol = stage().person('carol');
    const group = { groupId: 'secret' };
    const missing = 'NOT_FOUND group_id';
    expect(await carol.refused(Groups, 'joinGroup', group)).toBe(missing);
    expect(await carol.refused(Groups, 'listMembers', group)).toBe(missing);
    expect(await carol.refused(Groups, 'updateGroup', { ...group, name: 'x' })).toBe(missing);
    expect(await carol.refused(Groups, 'dissolveGroup', { groupId: 'none' })).toBe(missing);
    expect(await carol.cannotSay('g:secret')).toBe('NOT_FOUND conversation_id');
  });

  it('hand the group on: the new owner may everything, the old one is an ordinary member', async () => {
    const [alice, bob, carol] = stage().cast;
    const outsider = { ...GROUP, userId: 'prompter' };
    expect(await alice.refused(Groups, 'transferOwnership', outsider)).toBe('NOT_FOUND user_id');
    await alice.does(Groups, 'transferOwnership', { ...GROUP, userId: 'carol' });
    const told = { by: 'alice', ownerChanged: { ownerId: 'carol', previousOwnerId: 'alice' } };
    await allHear([alice, bob, carol], CHAT, told);
    await carol.holds(CHAT, { role: OWNER });
    await alice.holds(CHAT, { role: MEMBER });
    expect(await roles(bob)).toEqual({ alice: MEMBER, bob: ADMIN, carol: OWNER });
    const [group] = (await bob.reads(Groups, 'getGroups', { groupIds: ['team'] })).groups;
    expect(group).toMatchObject({ ownerId: 'carol', memberCount: 3 });
    await alice.does(Groups, 'leaveGroup', GROUP);
    await allHear([alice, bob, carol], CHAT, { membersLeft: { userIds: ['alice'] } });
  });
}
