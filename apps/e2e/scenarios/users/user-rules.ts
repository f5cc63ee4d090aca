import {
  AddFriendRule,
  FriendRequest_State as State,
  FriendServiceDefinition as Friends,
  GroupServiceDefinition as Groups,
  InviteRule,
  PresenceRule,
  PresenceServiceDefinition as Presences,
  UserServiceDefinition as Users,
} from '@queqiao/protocol/client';
import type { TestCluster } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { befriend, chatOf, part } from '../../src/stage/befriend.js';
import type { Person } from '../../src/stage/person.js';
import { allHear } from '../../src/stage/group.js';
import { useStage } from '../../src/stage/stage.js';
import { newId } from '../../src/stage/two-ways.js';

export function userRules(cluster: () => TestCluster): void {
  const stage = useStage(cluster, 'user-rules');

  /** Bob's, of whom it is told on bob's devices alone. */
  async function decide(settings: object): Promise<void> {
    const bob = stage().person('bob');
    const answer = await bob.does(Users, 'updateMySettings', settings);
    expect(answer.settings).toMatchObject(settings);
    await bob.hears('s:bob', { by: 'bob', profileChanged: { settings: answer.settings } });
    expect((await bob.reads(Users, 'getMe', {})).settings).toEqual(answer.settings);
  }

  it('nobody may ask: a request is refused, and nothing is told', async () => {
    const [alice] = stage().cast;
    await decide({ addFriend: AddFriendRule.NOBODY });
    const request = { userId: 'bob' };
    expect(await alice.refused(Friends, 'sendFriendRequest', request)).toBe(
      'PERMISSION_DENIED user_id',
    );
  });

  it('anyone may come: who asks is a friend at once', async () => {
    const [alice, bob] = stage().cast;
    await decide({ addFriend: AddFriendRule.ANYONE });
    const request = { userId: 'bob', text: 'hi', remark: 'B' };
    const { friend } = await alice.does(Friends, 'sendFriendRequest', request);
    expect(friend).toMatchObject({ userId: 'bob', remark: 'B' });
    const accepted = { friendRequestChanged: { request: { state: State.ACCEPTED } } };
    for (const person of [alice, bob]) {
      await person.hears(person.feed, { by: 'alice', friendChanged: { removed: false } }, accepted);
      await person.hears(chatOf(alice, bob), { by: 'alice', becameFriends: { text: 'hi' } });
    }
    await part(alice, bob);
  });

  it('who is asked first: a friend brings bob in at once, and others invite', async () => {
    const [alice, bob, carol] = stage().cast;
    await decide({ addFriend: AddFriendRule.REQUEST, invite: InviteRule.FRIENDS });
    await befriend(alice, bob);
    expect(await create(alice)).toEqual([]);
    expect(await create(carol)).toEqual(['bob']);
    await decide({ invite: InviteRule.ASK });
    expect(await create(alice)).toEqual(['bob']);
    await decide({ invite: InviteRule.ANYONE });
    expect(await create(carol)).toEqual([]);
  });

  it('nobody may bring in: the whole call is refused', async () => {
    const [alice, , carol] = stage().cast;
    await decide({ invite: InviteRule.NOBODY });
    const request = { name: 'No', memberIds: ['carol', 'bob'] };
    for (const owner of [alice, carol]) {
      expect(await owner.refused(Groups, 'createGroup', request)).toBe(
        'PERMISSION_DENIED member_ids',
      );
    }
  });

  it('friends only see bob online, or nobody does', async () => {
    const [alice, , carol] = stage().cast;
    const online = async (viewer: Person) => {
      const { presences } = await viewer.reads(Presences, 'getPresence', { userIds: ['bob'] });
      return presences[0]?.online;
    };
    expect([await online(alice), await online(carol)]).toEqual([true, true]);
    await decide({ presence: PresenceRule.FRIENDS });
    expect([await online(alice), await online(carol)]).toEqual([true, false]);
    await decide({ presence: PresenceRule.NOBODY });
    expect([await online(alice), await online(carol)]).toEqual([false, false]);
  });

  /** A group of bob and this owner; answers who was only invited, after all were told. */
  async function create(owner: Person): Promise<string[]> {
    const bob = stage().person('bob');
    const request = { name: 'Two', groupId: newId(), memberIds: ['bob'] };
    const made = await owner.does(Groups, 'createGroup', request);
    const { conversationId, groupId, invitedIds } = made;
    const isIn = invitedIds.length === 0;
    const inside = isIn ? [owner, bob] : [owner];
    await allHear(inside, conversationId, { by: '', groupCreated: { creatorId: owner.id } });
    const invitation = { groupId, inviterId: owner.id };
    if (!isIn) await bob.hears('s:bob', { by: owner.id, invitationChanged: { invitation } });
    return invitedIds;
  }
}
