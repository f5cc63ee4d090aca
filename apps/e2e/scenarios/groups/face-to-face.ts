import { GroupServiceDefinition as Groups, JoinWay } from '@queqiao/protocol/client';
import type { TestCluster } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { allHear } from '../../src/stage/group.js';
import type { Person } from '../../src/stage/person.js';
import { useStage } from '../../src/stage/stage.js';
import { newId } from '../../src/stage/two-ways.js';

const HERE = { latitude: 30.25, longitude: 120.16 };
/** About 60 metres and 20 kilometres from here. */
const NEAR = { ...HERE, latitude: HERE.latitude + 0.0005 };
const FAR = { ...HERE, longitude: HERE.longitude + 0.2 };

/** Who types the same four digits in the same place. */
export function faceToFace(cluster: () => TestCluster): void {
  const stage = useStage(cluster, 'face-to-face');

  /** By the phone, which is where the person is. */
  const enter = (who: Person, code: string, place = HERE) =>
    who.phone.call(Groups, 'enterFaceRoom', { code, ...place });

  /** Both devices see who is in the room by now. */
  async function sees(who: Person, roomId: string, userIds: string[], groupId = ''): Promise<void> {
    for (const device of who.devices) {
      await device.until(`sees ${userIds.join()} in ${roomId}`, () =>
        device.transients.find(({ conversationId, event }) => {
          if (conversationId !== who.feed || event?.$case !== 'faceRoom') return false;
          const room = event.value;
          return (
            room.roomId === roomId &&
            room.userIds.join() === userIds.join() &&
            room.groupId === groupId
          );
        }),
      );
    }
  }

  it('see each other arrive, on all their devices, and land in one group', async () => {
    const [alice, bob, carol] = stage().cast;
    const { roomId, users } = await enter(alice, '2580');
    expect(users.map(({ userId }) => userId)).toEqual(['alice']);
    expect((await enter(bob, '2580', NEAR)).roomId).toBe(roomId);
    await sees(alice, roomId, ['alice', 'bob']);
    expect((await enter(carol, '2580')).users).toHaveLength(3);
    for (const person of stage().people) await sees(person, roomId, ['alice', 'bob', 'carol']);
    const { groupId, conversationId } = await bob.does(Groups, 'joinFaceRoom', {
      roomId,
      name: 'Pub',
    });
    for (const person of stage().people)
      await sees(person, roomId, ['alice', 'bob', 'carol'], groupId);
    for (const person of [carol, alice]) {
      const came = await person.does(Groups, 'joinFaceRoom', { roomId });
      expect(came).toEqual({ groupId, conversationId });
    }
    const joined = (userId: string) => {
      const arrival = { userIds: [userId], way: JoinWay.FACE_TO_FACE };
      return { by: userId, membersJoined: arrival };
    };
    // The first in the room owns the group, whoever pressed first.
    const created = { groupCreated: { name: 'Pub', creatorId: 'alice', memberIds: ['alice'] } };
    await alice.hears(conversationId, created, joined('bob'), joined('carol'));
    await bob.hears(conversationId, joined('bob'), joined('carol'));
    await carol.hears(conversationId, joined('carol'));
    await carol.says(conversationId, 'cheers', alice, bob);
  });

  it('land in one group, whoever presses at the same moment', async () => {
    const [alice, bob, carol] = stage().cast;
    const { roomId } = await enter(carol, '1470');
    await enter(alice, '1470');
    await enter(bob, '1470');
    const came = await Promise.all(
      stage().people.flatMap(({ devices }) => {
        const request = { clientRequestId: newId(), roomId, name: 'Rush' };
        return devices.map((device) => device.call(Groups, 'joinFaceRoom', request));
      }),
    );
    expect(new Set(came.map(({ groupId }) => groupId)).size).toBe(1);
    const [{ groupId, conversationId } = { groupId: '', conversationId: '' }] = came;
    const { groups } = await carol.reads(Groups, 'getGroups', { groupIds: [groupId] });
    expect(groups).toMatchObject([{ name: 'Rush', ownerId: 'carol', memberCount: 3 }]);
    const arrival = { membersJoined: { way: JoinWay.FACE_TO_FACE } };
    await carol.hears(conversationId, { groupCreated: {} }, arrival, arrival);
    await hearArrivals([alice, bob], conversationId);
  });

  it('do not meet who is far away, or types other digits', async () => {
    const [alice, bob, carol] = stage().cast;
    const { roomId } = await enter(alice, '3690');
    const far = await enter(bob, '3690', FAR);
    const other = await enter(carol, '3691');
    expect(new Set([roomId, far.roomId, other.roomId]).size).toBe(3);
    expect([...far.users, ...other.users].map(({ userId }) => userId)).toEqual(['bob', 'carol']);
    for (const person of [bob, carol]) {
      expect(await person.refused(Groups, 'joinFaceRoom', { roomId })).toBe('NOT_FOUND room_id');
    }
    const made = await alice.does(Groups, 'joinFaceRoom', { roomId, name: 'Alone' });
    await allHear([alice], made.conversationId, { groupCreated: { name: 'Alone' } });
    const { groups } = await bob.reads(Groups, 'getGroups', { groupIds: [made.groupId] });
    expect(groups).toEqual([]);
  });

  /** Of two who came at once, one is told of both arrivals and the other of the own. */
  async function hearArrivals(people: readonly Person[], conversationId: string): Promise<void> {
    const { members } = await stage()
      .person('carol')
      .reads(Groups, 'listMembers', {
        groupId: conversationId.slice(2),
      });
    expect(members).toHaveLength(3);
    for (const person of people) {
      for (const device of person.devices) {
        const first = await device.next(conversationId);
        expect(first.sender?.id).toBe(person.id);
        if (first.seq === 2) expect((await device.next(conversationId)).seq).toBe(3);
      }
    }
  }
}
