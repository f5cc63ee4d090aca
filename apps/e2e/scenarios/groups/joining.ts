import {
  GroupApplication_State as State,
  GroupServiceDefinition as Groups,
  GroupVisibility,
  JoinMode,
  JoinWay,
  RequestsRead_List as List,
} from '@queqiao/protocol/client';
import type { TestCluster } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { allHear, appoint, foundGroup } from '../../src/stage/group.js';
import type { Person } from '../../src/stage/person.js';
import { useStage } from '../../src/stage/stage.js';

const OPEN = { visibility: GroupVisibility.PUBLIC };
const CLUB = { groupId: 'club' };

export function joining(cluster: () => TestCluster): void {
  const stage = useStage(cluster, 'joining');

  /** All of these are told of carol's application in their feeds. */
  async function told(state: State, people: readonly Person[], more: object = {}): Promise<void> {
    const application = { ...CLUB, userId: 'carol', state, ...more };
    for (const person of people) {
      await person.hears(person.feed, { applicationChanged: { application } });
    }
  }

  async function apply(text: string): Promise<void> {
    const [alice, bob, carol] = stage().cast;
    const answer = await carol.does(Groups, 'joinGroup', { ...CLUB, text });
    expect(answer).toMatchObject({ joined: false, application: { text, state: State.PENDING } });
    await told(State.PENDING, [alice, bob, carol], { text, inviterId: '' });
  }

  const applications = (who: Person, more: object = {}) =>
    who.reads(Groups, 'listApplications', more);

  it('is free where the group says so, and announced', async () => {
    const [alice, , carol] = stage().cast;
    const groupId = await foundGroup([alice], { ...OPEN, joinMode: JoinMode.FREE });
    const chat = `g:${groupId}`;
    const answer = await carol.does(Groups, 'joinGroup', { groupId });
    expect(answer).toEqual({ joined: true, application: undefined, conversationId: chat });
    const joined = { userIds: ['carol'], way: JoinWay.FREE, inviterId: '' };
    await allHear([alice, carol], chat, { by: 'carol', membersJoined: joined });
    await carol.says(chat, 'here I am', alice);
    await carol.does(Groups, 'leaveGroup', { groupId });
    await allHear([alice, carol], chat, { membersLeft: { userIds: ['carol'] } });
    await carol.does(Groups, 'joinGroup', { groupId });
    await allHear([alice, carol], chat, { membersJoined: joined });
  });

  it('is refused where strangers come by invitation only', async () => {
    const [alice, , carol] = stage().cast;
    const groupId = await foundGroup([alice], { ...OPEN, joinMode: JoinMode.INVITATION });
    expect(await carol.refused(Groups, 'joinGroup', { groupId })).toBe('PERMISSION_DENIED');
  });

  it('waits for approval: the applicant and all who govern are told, and count it until it is seen', async () => {
    const [alice, bob, carol] = stage().cast;
    await foundGroup([alice, bob], { ...CLUB, ...OPEN, joinMode: JoinMode.APPROVAL });
    expect(await bob.refused(Groups, 'listApplications', CLUB)).toBe('PERMISSION_DENIED');
    await appoint(alice, 'club', bob);
    await apply('I play chess');
    // Waiting already: the same application, and nobody is told again.
    const again = await carol.does(Groups, 'joinGroup', { ...CLUB, text: 'hello?' });
    expect(again.application).toMatchObject({ text: 'I play chess' });
    const waiting = { applications: [{ userId: 'carol', text: 'I play chess' }], unreadCount: 1 };
    expect(await applications(alice)).toMatchObject(waiting);
    expect(await applications(bob, CLUB)).toMatchObject(waiting);
    await bob.does(Groups, 'markApplicationsRead', {});
    await bob.hears('s:bob', { requestsRead: { list: List.GROUP_APPLICATIONS } });
    expect((await applications(bob)).unreadCount).toBe(0);
    expect((await applications(alice)).unreadCount).toBe(1);
    const mine = await carol.reads(Groups, 'listMyApplications', {});
    expect(mine.applications).toMatchObject([{ ...CLUB, state: State.PENDING }]);
  });

  it('ends with a refusal that says why, after which one may apply again', async () => {
    const [alice, bob, carol] = stage().cast;
    const refusal = { ...CLUB, userId: 'carol', accept: false, answer: 'Go only' };
    const { application } = await bob.does(Groups, 'handleApplication', refusal);
    const handled = { handledBy: 'bob', answer: 'Go only' };
    expect(application).toMatchObject({ state: State.REJECTED, ...handled });
    await told(State.REJECTED, [alice, bob, carol], handled);
    const late = { ...CLUB, userId: 'carol', accept: true };
    expect(await alice.refused(Groups, 'handleApplication', late)).toBe('CONFLICT user_id');
    await apply('I play go, too');
  });

  it('is taken back by the applicant, and cannot be reviewed then', async () => {
    const [alice, bob, carol] = stage().cast;
    const { application } = await carol.does(Groups, 'cancelApplication', CLUB);
    expect(application).toMatchObject({ state: State.CANCELLED });
    await told(State.CANCELLED, [alice, bob, carol]);
    const late = { ...CLUB, userId: 'carol', accept: true };
    expect(await bob.refused(Groups, 'handleApplication', late)).toBe('CONFLICT user_id');
    expect(await carol.refused(Groups, 'cancelApplication', CLUB)).toBe('CONFLICT group_id');
    expect((await applications(alice)).unreadCount).toBe(0);
    await apply('after all');
  });

  it('ends with the applicant in the group, announced with who let them in', async () => {
    const [alice, bob, carol] = stage().cast;
    const acceptance = { ...CLUB, userId: 'carol', accept: true, answer: 'Welcome' };
    await alice.does(Groups, 'handleApplication', acceptance);
    await told(State.ACCEPTED, [alice, bob, carol], { handledBy: 'alice', answer: 'Welcome' });
    const joined = { userIds: ['carol'], way: JoinWay.APPLIED, inviterId: '' };
    await allHear([alice, bob, carol], 'g:club', { by: 'alice', membersJoined: joined });
    await carol.says('g:club', 'your move', alice, bob);
    const { groups } = await carol.reads(Groups, 'listMyGroups', {});
    expect(groups.map(({ groupId }) => groupId)).toContain('club');
  });

  it('is asked for by ordinary members, where an admin has to agree', async () => {
    const [alice, bob, carol] = stage().cast;
    await stage().backEnd.upsert('dan');
    const adding = { ...CLUB, userIds: ['dan'], text: 'my brother' };
    const answer = await carol.does(Groups, 'addMembers', adding);
    expect(answer).toEqual({ addedIds: [], invitedIds: [], appliedIds: ['dan'] });
    const application = { userId: 'dan', inviterId: 'carol', text: 'my brother' };
    for (const person of [alice, bob]) {
      await person.hears(person.feed, { by: 'carol', applicationChanged: { application } });
    }
    await bob.does(Groups, 'handleApplication', { ...CLUB, userId: 'dan', accept: true });
    for (const person of [alice, bob]) {
      const accepted = { ...application, state: State.ACCEPTED };
      await person.hears(person.feed, { by: 'bob', applicationChanged: { application: accepted } });
    }
    const joined = { userIds: ['dan'], way: JoinWay.APPLIED, inviterId: 'carol' };
    await allHear([alice, bob, carol], 'g:club', { by: 'bob', membersJoined: joined });
  });
}
