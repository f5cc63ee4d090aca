import { GroupRole, GroupVisibility, JoinMode, JoinWay } from '@queqiao/protocol/client';
import { describe, expect, it } from 'vitest';
import {
  GroupApplication_State,
  GroupInvitation_State,
  type GroupEvents,
} from '../../src/index.js';
import { Scene, upTo, type Device } from '../rig/scene.js';

const NAMES = [
  'groupCreated',
  'membersJoined',
  'membersLeft',
  'roleChanged',
  'ownerChanged',
  'groupUpdated',
  'membersMuted',
  'memberRenamed',
  'groupDissolved',
  'joinedGroup',
  'leftGroup',
  'invitationChanged',
  'invitationsRead',
  'applicationChanged',
  'applicationsRead',
  'faceRoom',
] as const satisfies readonly (keyof GroupEvents)[];

/** What a device is told, by name; what it says of them is left out where nothing is asked. */
function told({ client }: Device): { names: string[]; last: Partial<GroupEvents> } {
  const names: string[] = [];
  const last: Partial<GroupEvents> = {};
  for (const name of NAMES) {
    client.on(name, (event) => {
      names.push(name);
      Object.assign(last, { [name]: event });
    });
  }
  return { names, last };
}

/** Runs to its end, however often it is asked again. */
async function done<Result>(scene: Scene, call: Promise<Result>): Promise<Result> {
  call.catch(() => undefined);
  await scene.settle();
  return call;
}

async function trio(): Promise<{ scene: Scene; alice: Device; bob: Device; carol: Device }> {
  const scene = new Scene();
  const [alice, bob, carol] = await Promise.all([
    scene.online('alice'),
    scene.online('bob'),
    scene.online('carol'),
  ]);
  return { scene, alice, bob, carol };
}

async function withGroup(memberIds: string[] = ['bob']) {
  const all = await trio();
  const { scene, alice } = all;
  const { groupId } = await done(
    scene,
    alice.client.groups.create({ name: 'Lunch', groupId: 'lunch', memberIds }),
  );
  await scene.settle();
  return { ...all, groupId };
}

describe('a group', () => {
  it('is created as wished, and is what everybody in it sees', async () => {
    const { scene, alice, bob, carol } = await trio();
    const tablet = await scene.online('alice', { device: { id: 'tablet', platform: 1 } });
    const [atBob, atCarol] = [told(bob), told(carol)];
    const made = await done(
      scene,
      alice.client.groups.create({ name: 'Lunch', memberIds: ['bob'], introduction: 'Noodles' }),
    );
    await scene.settle();
    const { groupId, conversationId } = made;
    for (const { client } of [alice, tablet]) {
      expect(client.conversation(conversationId)).toMatchObject({
        name: 'Lunch',
        role: GroupRole.OWNER,
      });
    }
    expect(bob.client.conversation(conversationId)?.role).toBe(GroupRole.MEMBER);
    const seen = await done(scene, bob.client.groups.get(groupId));
    expect(seen).toMatchObject({ introduction: 'Noodles', memberCount: 2, ownerId: 'alice' });
    expect(await done(scene, carol.client.groups.get(groupId))).toBeUndefined();
    expect(atBob.names.sort()).toEqual(['groupCreated', 'joinedGroup']);
    expect(atBob.last.joinedGroup).toEqual({ conversationId, groupId });
    expect(atCarol.names).toEqual([]);
  });

  it('changes for everybody, each change told once with who did it', async () => {
    const { scene, alice, bob, groupId } = await withGroup(['bob', 'carol']);
    const atBob = told(bob);
    const { groups } = alice.client;
    await done(scene, groups.update(groupId, { name: 'Dinner', announcement: 'At seven' }));
    await done(scene, groups.muteAll(groupId, true));
    await done(scene, groups.setRole(groupId, ['bob'], GroupRole.ADMIN));
    await done(scene, groups.muteMembers(groupId, ['carol'], 5_000));
    await done(scene, bob.client.groups.renameMember(groupId, 'bob', 'Bobby'));
    await done(scene, groups.transferOwnership(groupId, 'bob'));
    expect(atBob.names).toEqual([
      'groupUpdated',
      'groupUpdated',
      'roleChanged',
      'membersMuted',
      'memberRenamed',
      'ownerChanged',
    ]);
    const { groupUpdated, roleChanged, membersMuted, memberRenamed, ownerChanged } = atBob.last;
    expect(groupUpdated).toMatchObject({ allMuted: true, name: undefined, actorId: 'alice' });
    expect(roleChanged).toMatchObject({ userIds: ['bob'], role: GroupRole.ADMIN, groupId });
    expect(membersMuted).toMatchObject({ userIds: ['carol'], untilMs: 5_000 });
    expect(memberRenamed).toMatchObject({ userId: 'bob', name: 'Bobby', actorId: 'bob' });
    expect(ownerChanged).toMatchObject({ ownerId: 'bob', previousOwnerId: 'alice', seq: 7 });
    expect(bob.client.conversation(`g:${groupId}`)).toMatchObject({
      name: 'Dinner',
      role: GroupRole.OWNER,
    });
    const members = await done(scene, groups.getMembers(groupId, ['bob', 'carol', 'dave']));
    expect([...members.keys()]).toEqual(['bob', 'carol']);
    expect(members.get('carol')?.mutedUntilMs).toBe(5_000);
  });

  it('tells who comes and goes, and the one whom it concerns that it is over', async () => {
    const { scene, alice, bob, carol, groupId } = await withGroup();
    const [atBob, atCarol] = [told(bob), told(carol)];
    const { groups } = alice.client;
    const added = await done(scene, groups.addMembers(groupId, ['bob', 'carol']));
    expect(added).toEqual({ addedIds: ['carol'], invitedIds: [], appliedIds: [] });
    expect(atBob.last.membersJoined).toMatchObject({
      userIds: ['carol'],
      way: JoinWay.INVITED,
      inviterId: 'alice',
    });
    await scene.settle();
    expect(carol.client.conversation(`g:${groupId}`)).toMatchObject({ name: 'Lunch', left: false });
    expect(await done(scene, groups.removeMembers(groupId, ['carol', 'dave']))).toEqual(['carol']);
    expect(atCarol.names).toEqual(['joinedGroup', 'membersJoined', 'membersLeft', 'leftGroup']);
    expect(carol.client.conversation(`g:${groupId}`)?.left).toBe(true);
    await done(scene, bob.client.groups.leave(groupId));
    expect(atBob.names.slice(-3)).toEqual(['membersLeft', 'membersLeft', 'leftGroup']);
    await done(scene, groups.addMembers(groupId, ['carol']));
    await done(scene, groups.dissolve(groupId));
    expect(atCarol.names.slice(-3)).toEqual(['joinedGroup', 'membersJoined', 'groupDissolved']);
    expect(atBob.names).not.toContain('groupDissolved');
    const late = groups.addMembers(groupId, ['bob']).catch((error: unknown) => error);
    expect(await done(scene, late)).toMatchObject({ code: 'DISSOLVED', retryable: false });
  });

  it('is told once also to who was away, and to a new device not as news', async () => {
    const { scene, alice, bob, groupId } = await withGroup();
    const atBob = told(bob);
    bob.client.stop();
    await done(scene, alice.client.groups.update(groupId, { name: 'Dinner' }));
    const other = await done(scene, alice.client.groups.create({ name: 'B', memberIds: ['bob'] }));
    bob.client.start();
    await scene.settle();
    expect(atBob.names.filter((name) => name === 'groupUpdated')).toHaveLength(1);
    expect(atBob.last.joinedGroup).toMatchObject({ groupId: other.groupId });
    await done(scene, alice.client.groups.removeMembers(groupId, ['bob']));
    const tablet = scene.device('bob', { device: { id: 'tablet', platform: 1 } });
    const atTablet = told(tablet);
    tablet.client.start();
    await scene.settle();
    expect(tablet.client.conversations()).toHaveLength(2);
    expect(atTablet.names).toEqual([]);
  });

  it('is changed once, whatever is lost on the way, and refusals name the reason', async () => {
    const { scene, alice, bob, groupId } = await withGroup();
    const atBob = told(bob);
    let lost = 2;
    scene.server.fault = (method) =>
      method === 'SetRole' && (lost -= 1) >= 0 ? 'lose-reply' : undefined;
    const changed = alice.client.groups.setRole(groupId, ['bob'], GroupRole.ADMIN);
    await scene.clock.advance(60_000);
    await changed;
    expect(atBob.names).toEqual(['roleChanged']);
    const refused = bob.client.groups.dissolve(groupId).catch((error: unknown) => error);
    expect(await done(scene, refused)).toMatchObject({
      name: 'QueqiaoError',
      code: 'PERMISSION_DENIED',
      effect: 'none',
    });
  });

  it('is found among many, and its members in pages', async () => {
    const { scene, alice, groupId } = await withGroup(upTo(5).map((n) => `user${n}`));
    const ids = [...upTo(150).map((n) => `nowhere${n}`), groupId];
    expect([...(await done(scene, alice.client.groups.getMany(ids))).keys()]).toEqual([groupId]);
    const asked = scene.server.calls.filter(({ method }) => method === 'GetGroups');
    expect(asked).toHaveLength(2);
    const first = await done(scene, alice.client.groups.listMembers(groupId, { limit: 4 }));
    expect(first.members.map(({ userId }) => userId)).toEqual(['alice', 'user1', 'user2', 'user3']);
    const { nextPageToken: pageToken } = first;
    const rest = await done(scene, alice.client.groups.listMembers(groupId, { pageToken }));
    expect(rest).toMatchObject({ members: [{ userId: 'user4' }, { userId: 'user5' }] });
    const owners = { role: GroupRole.OWNER, query: 'al' };
    const found = await done(scene, alice.client.groups.listMembers(groupId, owners));
    expect(found.members.map(({ userId }) => userId)).toEqual(['alice']);
    const mine = await done(scene, alice.client.groups.listMine({ role: GroupRole.OWNER }));
    expect(mine.groups.map((group) => group.groupId)).toEqual([groupId]);
  });
});

describe('ways into a group', () => {
  it('by application: told to those who decide and to who asked', async () => {
    const { scene, alice, carol, groupId } = await withGroup();
    const [atAlice, atCarol] = [told(alice), told(carol)];
    const rules = { joinMode: JoinMode.APPROVAL, visibility: GroupVisibility.PUBLIC };
    await done(scene, alice.client.groups.update(groupId, rules));
    const asked = await done(scene, carol.client.groups.join(groupId, 'Hungry'));
    expect(asked).toMatchObject({ joined: false, application: { text: 'Hungry' } });
    expect(atAlice.last.applicationChanged?.application).toMatchObject({ userId: 'carol' });
    const { applications } = alice.client.groups;
    expect(await done(scene, applications.list({ groupId }))).toMatchObject({
      applications: [{ userId: 'carol', state: GroupApplication_State.PENDING }],
      unreadCount: 1,
    });
    await done(scene, applications.markRead());
    await done(scene, carol.client.groups.applications.cancel(groupId));
    const late = applications.handle(groupId, 'carol', true).catch((error: unknown) => error);
    expect(await done(scene, late)).toMatchObject({ code: 'CONFLICT' });
    await done(scene, carol.client.groups.join(groupId));
    await done(scene, applications.handle(groupId, 'carol', true, 'Welcome'));
    expect(atCarol.last.applicationChanged?.application).toMatchObject({
      state: GroupApplication_State.ACCEPTED,
      answer: 'Welcome',
    });
    expect(atCarol.names).toContain('joinedGroup');
    expect(atAlice.names).toContain('applicationsRead');
    const mine = await done(scene, carol.client.groups.applications.listMine());
    expect(mine.applications).toEqual([]);
  });

  it('by invitation: who has to be asked is in once having accepted', async () => {
    const { scene, alice, carol, groupId } = await withGroup();
    const atCarol = told(carol);
    scene.server.groups.groups.asked.add('carol');
    const added = await done(scene, alice.client.groups.addMembers(groupId, ['carol'], 'Come'));
    expect(added.invitedIds).toEqual(['carol']);
    expect(atCarol.last.invitationChanged).toMatchObject({
      invitation: { groupName: 'Lunch', inviterId: 'alice', text: 'Come' },
      unreadCount: 1,
    });
    const { invitations } = carol.client.groups;
    const listed = await done(scene, invitations.list());
    expect(listed).toMatchObject({ invitations: [{ groupId }], unreadCount: 1 });
    await done(scene, invitations.markRead());
    const answer = await done(scene, invitations.answer(groupId, true));
    expect(answer).toMatchObject({
      joined: true,
      invitation: { state: GroupInvitation_State.ACCEPTED },
    });
    await scene.settle();
    expect(carol.client.conversation(`g:${groupId}`)?.name).toBe('Lunch');
    expect(atCarol.names).toContain('invitationsRead');
  });

  it('by link, as long as it is good', async () => {
    const { scene, alice, carol, groupId } = await withGroup();
    const { links } = alice.client.groups;
    const { token } = await done(scene, links.create(groupId, { maxUses: 2 }));
    expect(await done(scene, links.list(groupId))).toMatchObject([{ token, maxUses: 2 }]);
    const found = await done(scene, carol.client.groups.links.lookUp(token));
    expect(found.group).toMatchObject({ name: 'Lunch', self: undefined });
    const came = await done(scene, carol.client.groups.links.join(token));
    expect(came).toEqual({ groupId, conversationId: `g:${groupId}` });
    await scene.settle();
    expect(carol.client.conversation(`g:${groupId}`)?.left).toBe(false);
    await done(scene, links.revoke(groupId, token));
    const late = carol.client.groups.links.lookUp(token).catch((error: unknown) => error);
    expect(await done(scene, late)).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('face to face: those in the room see who comes, and land in one group', async () => {
    const { scene, alice, bob } = await trio();
    const atAlice = told(alice);
    const place = { code: '0714', latitude: 31.2, longitude: 121.5 };
    const { roomId } = await done(scene, alice.client.groups.faceRooms.enter(place));
    const there = await done(scene, bob.client.groups.faceRooms.enter(place));
    expect(there.users.map(({ userId }) => userId)).toEqual(['alice', 'bob']);
    expect(atAlice.last.faceRoom).toMatchObject({ roomId, userIds: ['alice', 'bob'], groupId: '' });
    const first = await done(scene, bob.client.groups.faceRooms.join(roomId, 'Bridge'));
    expect(atAlice.last.faceRoom?.groupId).toBe(first.groupId);
    const second = await done(scene, alice.client.groups.faceRooms.join(roomId));
    expect(second).toEqual(first);
    await scene.settle();
    expect(alice.client.conversation(first.conversationId)).toMatchObject({
      name: 'Bridge',
      role: GroupRole.OWNER,
    });
  });
});
