import {
  GroupInvitation_State as Invitation,
  GroupRole,
  GroupServiceDefinition as Groups,
  InviteRight,
  JoinMode,
} from '@queqiao/protocol/client';
import { GroupServiceDefinition as ServerGroups } from '@queqiao/protocol/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureOf, newId } from '../rig/api-rig.js';
import { GroupRig, ids } from './group-rig.js';

let rig: GroupRig;
const crowd = Array.from({ length: 24 }, (_, index) => `w${index}`);

beforeAll(async () => {
  const settings = { maxGroupMembers: 30, requestExpiryMs: 3_600_000 };
  const people = ['ann', 'bob', 'carl', 'dora', 'eve', 'hal', 'shy', 'no'];
  rig = await GroupRig.start(settings, ...people, ...crowd);
  await decide('shy', 'ask');
  await decide('no', 'nobody');
});
afterAll(() => rig.stop());

/** As the user's own settings say. */
function decide(userId: string, invite: string): Promise<unknown[]> {
  const settings = JSON.stringify({ invite });
  return rig.rows('UPDATE users SET settings = ? WHERE user_id = ?', [settings, userId]);
}

const add = async (who: string, groupId: string, userIds: string[], text = '') =>
  rig.call(who, 'addMembers', { ...ids(groupId), userIds, text });
const handle = async (who: string, groupId: string, userId: string, accept: boolean, answer = '') =>
  rig.call(who, 'handleApplication', { ...ids(groupId), userId, accept, answer });
const answer = async (who: string, groupId: string, accept: boolean) =>
  rig.call(who, 'answerInvitation', { ...ids(groupId), accept });
const admin = async (groupId: string, userId: string) =>
  rig.call('ann', 'setRole', {
    ...ids(groupId),
    userIds: [userId],
    role: GroupRole.ADMIN,
  });

describe('members who bring others in', () => {
  it('do so at once, by asking, or not, as each user has decided', async () => {
    const groupId = await rig.group(['ann', 'bob']);
    const refused = failureOf(add('bob', groupId, ['carl', 'no']));
    expect(await refused).toEqual({ code: 'PERMISSION_DENIED', field: 'user_ids' });
    const brought = await add('bob', groupId, ['carl', 'shy', 'ann'], 'Come');
    expect(brought).toEqual({ addedIds: ['carl'], invitedIds: ['shy'], appliedIds: [] });
    expect((await rig.members(groupId, 'ann')).map(({ userId }) => userId)).toEqual([
      'ann',
      'bob',
      'carl',
    ]);
    // Asked the same again: nothing is told twice.
    await add('bob', groupId, ['shy'], 'Come');
    const invitations = (await rig.said('s:shy', 'shy', 'invitationChanged')).filter(
      ({ invitation }) => invitation?.groupId === groupId,
    );
    expect(invitations).toMatchObject([
      {
        invitation: {
          groupId,
          groupName: 'Team',
          userId: 'shy',
          inviterId: 'bob',
          text: 'Come',
          state: Invitation.PENDING,
          read: false,
        },
        unreadCount: 1,
      },
    ]);
    const added = await rig.backEnd(ServerGroups, 'addMembers', {
      ...ids(groupId),
      userIds: ['shy', 'no'],
    });
    expect(added.addedIds).toEqual(['shy', 'no']);
    const { invitations: after } = await rig.call('shy', 'listInvitations', {});
    expect(after[0]).toMatchObject({ groupId, state: Invitation.ACCEPTED });
    await rig.mustBeSound(groupId);
  });

  it('apply for them where an admin decides, and are admins themselves', async () => {
    const groupId = await rig.group(['ann', 'bob'], { joinMode: JoinMode.APPROVAL });
    const applied = await add('bob', groupId, ['carl', 'shy'], 'Friends');
    expect(applied).toEqual({ addedIds: [], invitedIds: ['shy'], appliedIds: ['carl'] });
    expect((await add('bob', groupId, ['carl'])).appliedIds).toEqual(['carl']);
    await handle('ann', groupId, 'carl', true);
    const [joined] = await rig.said(`g:${groupId}`, 'ann', 'membersJoined');
    expect(joined).toEqual({ userIds: ['carl'], way: 3, inviterId: 'bob' });
    expect((await add('ann', groupId, ['dora'])).addedIds).toEqual(['dora']);
    // What an ordinary member asked for is not yet let in by being accepted.
    const accepted = await answer('shy', groupId, true);
    expect(accepted).toMatchObject({
      joined: false,
      invitation: { state: Invitation.ACCEPTED },
      application: { userId: 'shy', inviterId: 'bob', text: 'Friends' },
    });
    await handle('ann', groupId, 'shy', true);
    expect((await rig.see(groupId, 'shy'))?.self).toMatchObject({ inviterId: 'bob' });
    await rig.mustBeSound(groupId);
  });

  it('ask the admins for a bounded number at a time', async () => {
    const groupId = await rig.group(['ann', 'bob'], { joinMode: JoinMode.APPROVAL });
    const over = failureOf(add('bob', groupId, crowd.slice(0, 21)));
    expect(await over).toEqual({ code: 'LIMIT_EXCEEDED', field: 'user_ids' });
    expect((await add('bob', groupId, crowd.slice(0, 20))).appliedIds).toHaveLength(20);
    expect((await add('bob', groupId, crowd)).appliedIds).toHaveLength(24);
  });

  it('are admins only where it is so decided', async () => {
    const groupId = await rig.group(['ann', 'bob'], { inviteRight: InviteRight.ADMINS });
    expect((await failureOf(add('bob', groupId, ['carl']))).code).toBe('PERMISSION_DENIED');
    await admin(groupId, 'bob');
    expect((await add('bob', groupId, ['carl'])).addedIds).toEqual(['carl']);
  });

  it('create groups with those who need not be asked', async () => {
    const request = { clientRequestId: newId(), name: 'Mixed', memberIds: ['bob', 'shy'] };
    const ann = await rig.as('ann');
    const made = await ann(Groups, 'createGroup', request);
    expect(made.invitedIds).toEqual(['shy']);
    expect(await ann(Groups, 'createGroup', request)).toEqual(made);
    expect((await answer('shy', made.groupId, true)).joined).toBe(true);
    expect(await rig.said(made.conversationId, 'bob', 'membersJoined')).toEqual([
      { userIds: ['shy'], way: 2, inviterId: 'ann' },
    ]);
    const memberIds = ['no', 'bob'];
    const refused = { clientRequestId: newId(), name: 'No', memberIds };
    expect(await failureOf(ann(Groups, 'createGroup', refused))).toEqual({
      code: 'PERMISSION_DENIED',
      field: 'member_ids',
    });
    await rig.mustBeSound(made.groupId);
  });
});

describe('invitations', () => {
  it('are answered once, and are listed with what was not seen', async () => {
    await decide('hal', 'ask');
    const groups = [await rig.group(['ann', 'hal']), await rig.group(['bob', 'hal'])];
    const hal = await rig.as('hal');
    const list = (more: object = {}) => hal(Groups, 'listInvitations', more);
    expect((await list()).unreadCount).toBe(2);
    const page = await list({ limit: 1 });
    const next = await list({ limit: 1, pageToken: page.nextPageToken });
    expect([...page.invitations, ...next.invitations].map(({ groupId }) => groupId)).toEqual(
      [...groups].reverse(),
    );
    const mark = () => hal(Groups, 'markInvitationsRead', { clientRequestId: newId() });
    await mark();
    await mark();
    expect(await list()).toMatchObject({ unreadCount: 0, invitations: [{ read: true }, {}] });
    expect(await rig.said('s:hal', 'hal', 'requestsRead')).toEqual([{ list: 2 }]);
    const [one = '', two = ''] = groups;
    expect(await answer('hal', one, false)).toMatchObject({ joined: false });
    expect(await failureOf(answer('hal', one, true))).toEqual({
      code: 'CONFLICT',
      field: 'group_id',
    });
    expect(await failureOf(answer('eve', one, true))).toEqual({
      code: 'NOT_FOUND',
      field: 'group_id',
    });
    // Asked again, by somebody else and with other words.
    await add('ann', one, ['hal'], 'Please');
    expect(await list()).toMatchObject({ unreadCount: 1 });
    await rig.call('bob', 'dissolveGroup', ids(two));
    expect((await failureOf(answer('hal', two, true))).code).toBe('DISSOLVED');
    expect((await answer('hal', two, false)).invitation?.state).toBe(Invitation.REJECTED);
    const told = await rig.said('s:hal', 'hal', 'invitationChanged');
    expect(
      told.map(({ invitation, unreadCount }) => `${invitation?.state} ${unreadCount}`),
    ).toEqual(['1 1', '1 2', '3 0', '1 1', '3 1']);
  });

  it('end with their time, and with the right of who gave them', async () => {
    const groupId = await rig.group(['ann', 'bob'], { joinMode: JoinMode.APPROVAL });
    await admin(groupId, 'bob');
    await add('bob', groupId, ['shy']);
    await rig.rows('UPDATE group_invitations SET expires_ms = 1 WHERE conversation_id = ?', [
      `g:${groupId}`,
    ]);
    const shy = await rig.as('shy');
    const [listed] = (await shy(Groups, 'listInvitations', {})).invitations;
    expect(listed).toMatchObject({ groupId, state: Invitation.EXPIRED });
    expect((await shy(Groups, 'listInvitations', {})).unreadCount).toBe(0);
    expect((await failureOf(answer('shy', groupId, true))).code).toBe('CONFLICT');
    await add('bob', groupId, ['shy']);
    await rig.call('ann', 'removeMembers', { ...ids(groupId), userIds: ['bob'] });
    expect((await failureOf(answer('shy', groupId, true))).code).toBe('PERMISSION_DENIED');
    await add('ann', groupId, ['shy']);
    expect((await answer('shy', groupId, true)).joined).toBe(true);
    await rig.mustBeSound(groupId);
  });
});
