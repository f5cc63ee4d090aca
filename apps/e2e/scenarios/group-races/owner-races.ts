import { GroupServiceDefinition as Groups } from '@queqiao/protocol/client';
import type { TestCluster } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { allHear, appoint, foundGroup } from '../../src/stage/group.js';
import type { Person } from '../../src/stage/person.js';
import { useStage } from '../../src/stage/stage.js';
import { newId } from '../../src/stage/two-ways.js';
import { codeOf, isOk, LIMIT_MS, race, ROUNDS, Tally } from './race.js';

/** Alice hands the group on to bob, and at the same moment something else happens to one of the two. */
export function ownerRaces(cluster: () => TestCluster): void {
  const stage = useStage(cluster, 'owner-races');

  const ids = (groupId: string) => ({ clientRequestId: newId(), groupId });
  const transfer = (groupId: string) => () =>
    stage()
      .person('alice')
      .phone.call(Groups, 'transferOwnership', { ...ids(groupId), userId: 'bob' });
  const handedOn = { by: 'alice', ownerChanged: { ownerId: 'bob', previousOwnerId: 'alice' } };

  async function ownerOf(groupId: string, reader: Person): Promise<string | undefined> {
    const { groups } = await reader.reads(Groups, 'getGroups', { groupIds: [groupId] });
    return groups[0]?.ownerId;
  }

  it('is not removed before the group is handed on', { timeout: LIMIT_MS }, async () => {
    const [alice, bob, carol] = stage().cast;
    const tally = new Tally('removal of an owner');
    for (let round = 0; round < ROUNDS; round += 1) {
      const groupId = await foundGroup([alice, bob, carol]);
      await appoint(alice, groupId, carol, bob);
      const removal = { ...ids(groupId), userIds: ['alice'] };
      const [given, removed] = await race(round, transfer(groupId), () =>
        carol.desk.call(Groups, 'removeMembers', removal),
      );
      expect(codeOf(given)).toBe('OK');
      const gone = isOk(removed);
      if (gone) expect(removed).toEqual({ answer: { removedIds: ['alice'] } });
      else expect(codeOf(removed)).toBe('PERMISSION_DENIED');
      const left = gone ? [{ by: 'carol', membersLeft: { userIds: ['alice'] } }] : [];
      await allHear([alice, bob, carol], `g:${groupId}`, handedOn, ...left);
      expect(await ownerOf(groupId, bob)).toBe('bob');
      tally.count(gone ? 'after the transfer' : 'refused');
    }
    tally.print();
  });

  it('does not leave before the group is handed on', { timeout: LIMIT_MS }, async () => {
    const [alice, bob, carol] = stage().cast;
    const tally = new Tally('leave of an owner');
    for (let round = 0; round < ROUNDS; round += 1) {
      const groupId = await foundGroup([alice, bob, carol]);
      const [given, leave] = await race(round, transfer(groupId), () =>
        alice.desk.call(Groups, 'leaveGroup', ids(groupId)),
      );
      expect(codeOf(given)).toBe('OK');
      const gone = isOk(leave);
      if (!gone) expect(codeOf(leave)).toBe('PERMISSION_DENIED');
      const left = gone ? [{ by: 'alice', membersLeft: { userIds: ['alice'] } }] : [];
      await allHear([alice, bob, carol], `g:${groupId}`, handedOn, ...left);
      expect(await ownerOf(groupId, carol)).toBe('bob');
      tally.count(gone ? 'after the transfer' : 'refused');
    }
    tally.print();
  });

  it.each(['leaves', 'is removed'] as const)(
    'does not become who %s, or is the owner and stays',
    { timeout: LIMIT_MS },
    async (what) => {
      const [alice, bob, carol] = stage().cast;
      const tally = new Tally(`an heir who ${what}`);
      for (let round = 0; round < ROUNDS; round += 1) {
        const groupId = await foundGroup([alice, bob, carol]);
        await appoint(alice, groupId, carol, bob);
        const leaving = () => bob.phone.call(Groups, 'leaveGroup', ids(groupId));
        const removal = { ...ids(groupId), userIds: ['bob'] };
        const removing = () => carol.desk.call(Groups, 'removeMembers', removal);
        const going = what === 'leaves' ? leaving : removing;
        const [given, went] = await race(round, transfer(groupId), going);
        const inherits = isOk(given);
        expect(codeOf(given)).toBe(inherits ? 'OK' : 'NOT_FOUND');
        expect(codeOf(went)).toBe(inherits ? 'PERMISSION_DENIED' : 'OK');
        const by = what === 'leaves' ? 'bob' : 'carol';
        const told = inherits ? handedOn : { by, membersLeft: { userIds: ['bob'] } };
        await allHear([alice, bob, carol], `g:${groupId}`, told);
        expect(await ownerOf(groupId, carol)).toBe(inherits ? 'bob' : 'alice');
        tally.count(inherits ? 'is the owner' : 'has gone');
      }
      tally.print();
    },
  );
}
