import {
  FriendRequest_State as Asked,
  FriendServiceDefinition as Friends,
  GroupApplication_State as Applied,
  GroupServiceDefinition as Groups,
  GroupVisibility,
  JoinMode,
} from '@queqiao/protocol/client';
import type { TestCluster } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { part } from '../../src/stage/befriend.js';
import { allHear, foundGroup } from '../../src/stage/group.js';
import { useStage } from '../../src/stage/stage.js';
import { newId } from '../../src/stage/two-ways.js';
import { codeOf, isOk, LIMIT_MS, race, ROUNDS, Tally } from './race.js';

const APPROVAL = { visibility: GroupVisibility.PUBLIC, joinMode: JoinMode.APPROVAL };
const CHAT = 'd:alice:bob';

export function requestRaces(cluster: () => TestCluster): void {
  const stage = useStage(cluster, 'request-races');

  async function ask(): Promise<void> {
    const [alice, bob] = stage().cast;
    await alice.does(Friends, 'sendFriendRequest', { userId: 'bob' });
    for (const person of [alice, bob]) {
      await person.hears(person.feed, {
        friendRequestChanged: { request: { state: Asked.PENDING } },
      });
    }
  }

  /** Both are told how alice's request ended; they are no friends afterwards. */
  async function hearEnd(accepted: boolean, otherwise: Asked): Promise<void> {
    const [alice, bob] = stage().cast;
    const ended = { request: { state: accepted ? Asked.ACCEPTED : otherwise } };
    for (const person of [alice, bob]) {
      const friend = accepted ? [{ friendChanged: { removed: false } }] : [];
      await person.hears(person.feed, ...friend, { friendRequestChanged: ended });
      if (accepted) await person.hears(CHAT, { by: 'bob', becameFriends: {} });
      const { friends } = await person.reads(Friends, 'listFriends', {});
      expect(friends).toHaveLength(accepted ? 1 : 0);
    }
    if (accepted) await part(alice, bob);
  }

  it(
    'a friend request is accepted or taken back, and never both',
    { timeout: LIMIT_MS },
    async () => {
      const [alice, bob] = stage().cast;
      const tally = new Tally('a friend request');
      for (let round = 0; round < ROUNDS; round += 1) {
        await ask();
        const [acceptance, cancel] = await race(
          round,
          () =>
            bob.phone.call(Friends, 'acceptFriendRequest', {
              clientRequestId: newId(),
              userId: 'alice',
            }),
          () =>
            alice.desk.call(Friends, 'cancelFriendRequest', {
              clientRequestId: newId(),
              userId: 'bob',
            }),
        );
        const accepted = isOk(acceptance);
        const codes = [codeOf(acceptance), codeOf(cancel)];
        expect(codes).toEqual(accepted ? ['OK', 'CONFLICT'] : ['CONFLICT', 'OK']);
        await hearEnd(accepted, Asked.CANCELLED);
        tally.count(accepted ? 'accepted' : 'cancelled');
      }
      tally.print();
    },
  );

  it(
    'a friend request is accepted or rejected by two devices of one user',
    { timeout: LIMIT_MS },
    async () => {
      const [, bob] = stage().cast;
      const tally = new Tally('two devices');
      for (let round = 0; round < ROUNDS; round += 1) {
        await ask();
        const ids = () => ({ clientRequestId: newId(), userId: 'alice' });
        const [acceptance, rejection] = await race(
          round,
          () => bob.phone.call(Friends, 'acceptFriendRequest', ids()),
          () => bob.desk.call(Friends, 'rejectFriendRequest', ids()),
        );
        const accepted = isOk(acceptance);
        const codes = [codeOf(acceptance), codeOf(rejection)];
        expect(codes).toEqual(accepted ? ['OK', 'CONFLICT'] : ['CONFLICT', 'OK']);
        await hearEnd(accepted, Asked.REJECTED);
        tally.count(accepted ? 'accepted' : 'rejected');
      }
      tally.print();
    },
  );

  it(
    'an application is accepted or taken back, and never both',
    { timeout: LIMIT_MS },
    async () => {
      const [alice, bob, carol] = stage().cast;
      const tally = new Tally('an application');
      for (let round = 0; round < ROUNDS; round += 1) {
        const groupId = await foundGroup([alice, bob], APPROVAL);
        await carol.does(Groups, 'joinGroup', { groupId });
        const handling = { clientRequestId: newId(), groupId, userId: 'carol', accept: true };
        const [acceptance, cancel] = await race(
          round,
          () => alice.phone.call(Groups, 'handleApplication', handling),
          () => carol.desk.call(Groups, 'cancelApplication', { clientRequestId: newId(), groupId }),
        );
        const accepted = isOk(acceptance);
        const codes = [codeOf(acceptance), codeOf(cancel)];
        expect(codes).toEqual(accepted ? ['OK', 'CONFLICT'] : ['CONFLICT', 'OK']);
        const state = accepted ? Applied.ACCEPTED : Applied.CANCELLED;
        for (const person of [alice, carol]) {
          const told = (application: object) => ({ applicationChanged: { application } });
          await person.hears(
            person.feed,
            told({ state: Applied.PENDING }),
            told({ groupId, state }),
          );
        }
        const arrival = { by: 'alice', membersJoined: { userIds: ['carol'] } };
        if (accepted) await allHear([alice, bob, carol], `g:${groupId}`, arrival);
        const { groups } = await carol.reads(Groups, 'getGroups', { groupIds: [groupId] });
        expect(groups[0]?.self?.userId).toBe(accepted ? 'carol' : undefined);
        tally.count(accepted ? 'accepted' : 'cancelled');
      }
      tally.print();
    },
  );
}
