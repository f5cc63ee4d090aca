import {
  GroupInvitation_State as State,
  GroupServiceDefinition as Groups,
  InviteRight,
  InviteRule,
  JoinMode,
  JoinWay,
  RequestsRead_List as List,
  UserServiceDefinition as Users,
} from '@queqiao/protocol/client';
import { queryRows, type TestCluster } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { allHear, foundGroup } from '../../src/stage/group.js';
import { useStage } from '../../src/stage/stage.js';

const EXPIRY_MS = 60_000;

/** Carol wants to be asked. */
export function invitations(cluster: () => TestCluster): void {
  const stage = useStage(cluster, 'invitations', { requestExpiryMs: EXPIRY_MS });

  async function invite(groupId: string, unreadCount: number): Promise<void> {
    const [, bob, carol] = stage().cast;
    const asking = { groupId, userIds: ['carol'], text: 'join us' };
    const answer = await bob.does(Groups, 'addMembers', asking);
    expect(answer).toEqual({ addedIds: [], invitedIds: ['carol'], appliedIds: [] });
    const invitation = { groupId, groupName: 'Team', inviterId: 'bob', text: 'join us' };
    const pending = { ...invitation, state: State.PENDING, read: false };
    await carol.hears('s:carol', {
      by: 'bob',
      invitationChanged: { invitation: pending, unreadCount },
    });
  }

  async function answered(state: State): Promise<void> {
    const carol = stage().person('carol');
    await carol.hears('s:carol', { by: 'carol', invitationChanged: { invitation: { state } } });
  }

  const list = () => stage().person('carol').reads(Groups, 'listInvitations', {});

  it('wait for the consent of who wants to be asked, unread until they are seen', async () => {
    const [alice, bob, carol] = stage().cast;
    await carol.does(Users, 'updateMySettings', { invite: InviteRule.ASK });
    await carol.hears('s:carol', { profileChanged: {} });
    await foundGroup([alice, bob], { groupId: 'one' });
    await invite('one', 1);
    expect(await list()).toMatchObject({
      invitations: [{ groupId: 'one', read: false }],
      unreadCount: 1,
    });
    await carol.does(Groups, 'markInvitationsRead', {});
    await carol.hears('s:carol', { requestsRead: { list: List.GROUP_INVITATIONS } });
    expect(await list()).toMatchObject({ invitations: [{ read: true }], unreadCount: 0 });
    expect((await carol.reads(Groups, 'getGroups', { groupIds: ['one'] })).groups).toEqual([]);
  });

  it('that are accepted bring the invitee in, announced with who asked', async () => {
    const [alice, bob, carol] = stage().cast;
    const answer = await carol.does(Groups, 'answerInvitation', { groupId: 'one', accept: true });
    expect(answer).toMatchObject({ joined: true, invitation: { state: State.ACCEPTED } });
    await answered(State.ACCEPTED);
    const joined = { userIds: ['carol'], way: JoinWay.INVITED, inviterId: 'bob' };
    await allHear([alice, bob, carol], 'g:one', { by: 'carol', membersJoined: joined });
    const again = { groupId: 'one', accept: true };
    expect(await carol.refused(Groups, 'answerInvitation', again)).toBe('CONFLICT group_id');
  });

  it('that are turned down bring nobody in, and may be made again', async () => {
    const [alice, bob, carol] = stage().cast;
    await foundGroup([alice, bob], { groupId: 'two' });
    await invite('two', 1);
    const no = await carol.does(Groups, 'answerInvitation', { groupId: 'two', accept: false });
    expect(no).toMatchObject({ joined: false, invitation: { state: State.REJECTED } });
    await answered(State.REJECTED);
    await invite('two', 1);
  });

  it('expire as the app has set', async () => {
    const carol = stage().person('carol');
    const sql = 'UPDATE group_invitations SET expires_ms = expires_ms - ? WHERE app_id = ?';
    await queryRows(cluster().database.rootUrl, sql, [EXPIRY_MS, stage().app.appId]);
    const { invitations: known, unreadCount } = await list();
    const states = Object.fromEntries(known.map(({ groupId, state }) => [groupId, state]));
    expect(states).toEqual({ one: State.ACCEPTED, two: State.EXPIRED });
    expect(unreadCount).toBe(0);
    const late = { groupId: 'two', accept: true };
    expect(await carol.refused(Groups, 'answerInvitation', late)).toBe('CONFLICT group_id');
    await invite('two', 1);
  });

  it('are good while the inviter may bring others in', async () => {
    const [alice, bob, carol] = stage().cast;
    const change = { inviteRight: InviteRight.ADMINS };
    await alice.does(Groups, 'updateGroup', { groupId: 'two', ...change });
    await allHear([alice, bob], 'g:two', { groupUpdated: change });
    const asking = { groupId: 'two', userIds: ['prompter'] };
    expect(await bob.refused(Groups, 'addMembers', asking)).toBe('PERMISSION_DENIED');
    const yes = { groupId: 'two', accept: true };
    expect(await carol.refused(Groups, 'answerInvitation', yes)).toBe('PERMISSION_DENIED group_id');
  });

  it('of ordinary members become applications where an admin has to agree', async () => {
    const [alice, bob, carol] = stage().cast;
    await foundGroup([alice, bob], { groupId: 'three', joinMode: JoinMode.APPROVAL });
    await invite('three', 2);
    const answer = await carol.does(Groups, 'answerInvitation', { groupId: 'three', accept: true });
    expect(answer).toMatchObject({ joined: false, application: { inviterId: 'bob' } });
    await answered(State.ACCEPTED);
    const application = { groupId: 'three', userId: 'carol', text: 'join us' };
    const waits = { by: 'carol', applicationChanged: { application } };
    for (const person of [alice, carol]) await person.hears(person.feed, waits);
    await alice.does(Groups, 'handleApplication', {
      groupId: 'three',
      userId: 'carol',
      accept: true,
    });
    for (const person of [alice, carol])
      await person.hears(person.feed, { applicationChanged: {} });
    const joined = { way: JoinWay.APPLIED, inviterId: 'bob' };
    await allHear([alice, bob, carol], 'g:three', { by: 'alice', membersJoined: joined });
  });
}
