import {
  GroupRole,
  GroupServiceDefinition as Groups,
  GroupVisibility,
  JoinMode,
} from '@queqiao/protocol/client';
import type { TestCluster } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { allHear, appoint, foundGroup } from '../../src/stage/group.js';
import { useStage } from '../../src/stage/stage.js';

const LIMITS = {
  maxGroupCreateMembers: 3,
  maxGroupMembers: 4,
  maxGroupAdmins: 1,
  maxGroupsPerUser: 2,
};
const OPEN = { visibility: GroupVisibility.PUBLIC, joinMode: JoinMode.FREE };

export function groupLimits(cluster: () => TestCluster): void {
  const stage = useStage(cluster, 'group-limits', LIMITS);

  it('hold for members, at the creation and later', async () => {
    const [alice, bob, carol] = stage().cast;
    await stage().backEnd.upsert('dan', 'eve');
    const crowd = { name: 'Crowd', memberIds: ['bob', 'carol', 'dan'] };
    const tooMany = 'LIMIT_EXCEEDED maxGroupCreateMembers';
    expect(await alice.refused(Groups, 'createGroup', crowd)).toBe(tooMany);
    await foundGroup([alice, bob], { groupId: 'full', ...OPEN });
    const two = { groupId: 'full', userIds: ['dan', 'eve', 'carol'] };
    const full = 'LIMIT_EXCEEDED maxGroupMembers';
    expect(await alice.refused(Groups, 'addMembers', two)).toBe(full);
    await alice.does(Groups, 'addMembers', { groupId: 'full', userIds: ['dan', 'eve'] });
    await allHear([alice, bob], 'g:full', { membersJoined: { userIds: ['dan', 'eve'] } });
    expect(await carol.refused(Groups, 'joinGroup', { groupId: 'full' })).toBe(full);
  });

  it('hold for admins', async () => {
    const [alice, bob] = stage().cast;
    await appoint(alice, 'full', bob);
    const another = { groupId: 'full', userIds: ['dan'], role: GroupRole.ADMIN };
    expect(await alice.refused(Groups, 'setRole', another)).toBe('LIMIT_EXCEEDED maxGroupAdmins');
  });

  it('hold for the groups of one user, by whatever way, and count those that go on', async () => {
    const [alice, bob, carol] = stage().cast;
    await foundGroup([carol, bob], { groupId: 'second', ...OPEN });
    await foundGroup([carol], { groupId: 'third', ...OPEN });
    const places = 'LIMIT_EXCEEDED maxGroupsPerUser';
    expect(await carol.refused(Groups, 'createGroup', { name: 'More' })).toBe(places);
    expect(await bob.refused(Groups, 'joinGroup', { groupId: 'third' })).toBe(places);
    const bringing = { groupId: 'third', userIds: ['bob'] };
    expect(await carol.refused(Groups, 'addMembers', bringing)).toBe(places);
    await alice.does(Groups, 'dissolveGroup', { groupId: 'full' });
    await allHear([alice, bob], 'g:full', { groupDissolved: {} });
    await bob.does(Groups, 'joinGroup', { groupId: 'third' });
    await allHear([bob, carol], 'g:third', { membersJoined: { userIds: ['bob'] } });
  });
}
