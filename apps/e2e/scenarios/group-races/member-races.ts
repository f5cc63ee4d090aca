import {
  GroupServiceDefinition as Groups,
  GroupVisibility,
  JoinMode,
} from '@queqiao/protocol/client';
import type { TestCluster } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { allHear, appoint, foundGroup } from '../../src/stage/group.js';
import type { Person } from '../../src/stage/person.js';
import { useStage } from '../../src/stage/stage.js';
import { newId } from '../../src/stage/two-ways.js';
import { codeOf, isOk, LIMIT_MS, race, ROUNDS, Tally } from './race.js';

const OPEN = { visibility: GroupVisibility.PUBLIC, joinMode: JoinMode.FREE };

export function memberRaces(cluster: () => TestCluster): void {
  const stage = useStage(cluster, 'member-races');

  it('two who govern remove one member: that one goes once', { timeout: LIMIT_MS }, async () => {
    const [alice, bob, carol] = stage().cast;
    const tally = new Tally('removed by');
    for (let round = 0; round < ROUNDS; round += 1) {
      const groupId = await foundGroup([alice, bob, carol]);
      await appoint(alice, groupId, bob, carol);
      const remove = (person: Person, device: 'phone' | 'desk') => () => {
        const request = { clientRequestId: newId(), groupId, userIds: ['carol'] };
        return person[device].call(Groups, 'removeMembers', request);
      };
      const outcomes = await race(round, remove(alice, 'phone'), remove(bob, 'desk'));
      const winner = JSON.stringify(outcomes[0]).includes('carol') ? alice : bob;
      const answers = [{ answer: { removedIds: ['carol'] } }, { answer: { removedIds: [] } }];
      expect(outcomes).toEqual(winner === alice ? answers : answers.reverse());
      const left = { by: winner.id, membersLeft: { userIds: ['carol'] } };
      await allHear([alice, bob, carol], `g:${groupId}`, left);
      expect(await carol.cannotSay(`g:${groupId}`)).toBe('NOT_A_MEMBER');
      tally.count(winner.id);
    }
    tally.print();
  });

  it('who is removed and leaves goes once', { timeout: LIMIT_MS }, async () => {
    const [alice, bob, carol] = stage().cast;
    const tally = new Tally('gone');
    for (let round = 0; round < ROUNDS; round += 1) {
      const groupId = await foundGroup([alice, bob, carol]);
      const [removal, leave] = await race(
        round,
        () =>
          alice.desk.call(Groups, 'removeMembers', {
            clientRequestId: newId(),
            groupId,
            userIds: ['carol'],
          }),
        () => carol.phone.call(Groups, 'leaveGroup', { clientRequestId: newId(), groupId }),
      );
      const left = isOk(leave);
      expect(removal).toEqual({ answer: { removedIds: left ? [] : ['carol'] } });
      expect(codeOf(leave)).toBe(left ? 'OK' : 'NOT_A_MEMBER');
      const told = { by: left ? 'carol' : 'alice', membersLeft: { userIds: ['carol'] } };
      await allHear([alice, bob, carol], `g:${groupId}`, told);
      tally.count(left ? 'left' : 'removed');
    }
    tally.print();
  });

  it('who joins comes before the end, or not at all', { timeout: LIMIT_MS }, async () => {
    const [alice, bob, carol] = stage().cast;
    const tally = new Tally('the join');
    for (let round = 0; round < ROUNDS; round += 1) {
      const groupId = await foundGroup([alice, bob], OPEN);
      const ids = () => ({ clientRequestId: newId(), groupId });
      const [join, end] = await race(
        round,
        () => carol.desk.call(Groups, 'joinGroup', ids()),
        () => alice.phone.call(Groups, 'dissolveGroup', ids()),
      );
      expect(codeOf(end)).toBe('OK');
      const joined = isOk(join);
      if (!joined) expect(codeOf(join)).toBe('DISSOLVED');
      const arrival = joined ? [{ by: 'carol', membersJoined: { userIds: ['carol'] } }] : [];
      const inside = joined ? [alice, bob, carol] : [alice, bob];
      const told = [...arrival, { by: 'alice', groupDissolved: {} }];
      await allHear(inside, `g:${groupId}`, ...told);
      const { groups } = await carol.reads(Groups, 'getGroups', { groupIds: [groupId] });
      expect(groups[0]?.self?.userId).toBe(joined ? 'carol' : undefined);
      tally.count(joined ? 'came first' : 'came too late');
    }
    tally.print();
  });
}
