import {
  FriendServiceDefinition as Friends,
  GroupServiceDefinition as Groups,
  GroupVisibility,
  InviteRule,
  JoinMode,
  UserServiceDefinition as Users,
} from '@queqiao/protocol/client';
import { queryRows } from '@queqiao/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ErasingRig } from '../erasure/erasing-rig.js';
import { newId } from '../rig/api-rig.js';
import { columnsWith, kindsWith } from './stored-words.js';

/** In everything that the user wrote or was called by oneself, and in what others wrote of the user. */
const OWN = 'quetzal';
const THEIRS = 'toucan';
/** What calls of others were answered is kept for repeats, and pruned by age. */
const ANSWERED = ['requests.answer'];

let rig: ErasingRig;
const id = () => ({ clientRequestId: newId() });

beforeAll(async () => {
  rig = await ErasingRig.start();
});
afterAll(() => rig.stop());

/** Asks, is asked, and answers, in every way that there is. */
async function furnish(): Promise<void> {
  const [ann, bob, carol, dave] = await rig.people('ann', 'bob', 'carol', 'dave');
  const text = `${OWN} asks`;
  const answer = `${OWN} answers`;
  await ann(Friends, 'sendFriendRequest', { ...id(), userId: 'bob', text });
  await bob(Friends, 'acceptFriendRequest', { ...id(), userId: 'ann', remark: `${THEIRS} mine` });
  await ann(Friends, 'sendFriendRequest', { ...id(), userId: 'carol', text });
  await carol(Friends, 'rejectFriendRequest', { ...id(), userId: 'ann', answer: `${THEIRS} no` });
  await dave(Friends, 'sendFriendRequest', { ...id(), userId: 'ann', text: `${THEIRS} asks` });
  await ann(Friends, 'rejectFriendRequest', { ...id(), userId: 'dave', answer });

  const joinMode = JoinMode.APPROVAL;
  const group = { name: 'Team', joinMode, visibility: GroupVisibility.PUBLIC };
  for (const groupId of ['one', 'two']) {
    await bob(Groups, 'createGroup', { ...id(), ...group, groupId, memberIds: ['carol'] });
  }
  await ann(Groups, 'joinGroup', { ...id(), groupId: 'one', text });
  await bob(Groups, 'handleApplication', {
    ...id(),
    groupId: 'one',
    userId: 'ann',
    accept: true,
    answer: `${THEIRS} yes`,
  });
  // Of somebody else, brought by the user.
  await ann(Groups, 'addMembers', { ...id(), groupId: 'one', userIds: ['dave'], text });
  // One that nobody has answered.
  await ann(Groups, 'joinGroup', { ...id(), groupId: 'two', text });
  await ann(Groups, 'renameMember', { ...id(), groupId: 'one', userId: 'ann', name: OWN });
  await bob(Groups, 'renameMember', { ...id(), groupId: 'one', userId: 'ann', name: THEIRS });

  await ann(Groups, 'createGroup', { ...id(), ...group, groupId: 'own', memberIds: ['bob'] });
  await dave(Groups, 'joinGroup', { ...id(), groupId: 'own', text: `${THEIRS} asks` });
  const handled = { ...id(), groupId: 'own', userId: 'dave', accept: false, answer };
  await ann(Groups, 'handleApplication', handled);
  await carol(Users, 'updateMySettings', { ...id(), invite: InviteRule.ASK });
  await ann(Groups, 'addMembers', { ...id(), groupId: 'own', userIds: ['carol'], text });
  await carol(Groups, 'answerInvitation', { ...id(), groupId: 'own', accept: false });
}

it('what a user wrote with requests, and was called by oneself, goes; what others wrote stays', async () => {
  await furnish();
  const told = ['applicationChanged', 'becameFriends', 'friendRequestChanged', 'invitationChanged'];
  expect(await kindsWith(rig.url, OWN)).toEqual([...told, 'memberRenamed']);
  await rig.erase('ann');
  expect(await columnsWith(rig.url, OWN)).toEqual(ANSWERED);
  expect(await kindsWith(rig.url, THEIRS)).toEqual([
    'applicationChanged',
    'friendChanged',
    'friendRequestChanged',
    'memberRenamed',
  ]);
  // The application of somebody else still waits.
  const bob = await rig.api.calls(rig.app, 'bob');
  const { applications } = await bob(Groups, 'listApplications', { groupId: 'one' });
  expect(applications.map(({ userId, inviterId }) => [userId, inviterId])).toEqual([['dave', '']]);
  // Logs say what happened, without the words.
  const device = await rig.api.signedIn(rig.app, 'bob');
  const { entries } = await device.pull({ conversationId: 'd:ann:bob', limit: 500 });
  expect(entries.map(({ content }) => content?.body)).toContainEqual({
    $case: 'becameFriends',
    value: { requesterId: 'ann', text: '' },
  });
});

it('what a group is called and says is the group’s', async () => {
  const [eve] = await rig.people('eve', 'finn');
  await eve(Groups, 'createGroup', { ...id(), groupId: 'g', name: 'macaw', memberIds: ['finn'] });
  await eve(Groups, 'updateGroup', { ...id(), groupId: 'g', announcement: 'macaw' });
  await rig.erase('eve');
  expect(await kindsWith(rig.url, 'macaw')).toEqual(['groupCreated', 'groupUpdated']);
  const left = await columnsWith(rig.url, 'macaw');
  expect(left.sort((a, b) => a.localeCompare(b))).toEqual([
    'entries.content',
    'group_info.announcement',
    'group_info.name',
  ]);
});

it('a request that was made again and again goes as often as it was told', async () => {
  const [gus, hans] = await rig.people('gus', 'hans');
  for (let n = 0; n < 60; n += 1) {
    await gus(Friends, 'sendFriendRequest', { ...id(), userId: 'hans', text: `kea ${n}` });
    await hans(Friends, 'rejectFriendRequest', { ...id(), userId: 'gus' });
  }
  expect(await kindsWith(rig.url, 'kea')).toEqual(['friendRequestChanged']);
  await rig.erase('gus');
  expect(await columnsWith(rig.url, 'kea')).toEqual(ANSWERED);
  const rows = await queryRows(
    rig.url,
    "SELECT COUNT(*) AS n FROM entries WHERE conversation_id = 's:hans' AND kind = 'friendRequestChanged' AND state = 0",
  );
  expect(rows[0]?.['n']).toBe(120);
});
