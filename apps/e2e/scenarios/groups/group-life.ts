import {
  GroupRole,
  GroupServiceDefinition as Groups,
  GroupVisibility,
  HistoryPolicy,
  InviteRight,
  JoinMode,
} from '@queqiao/protocol/client';
import type { TestCluster } from '@queqiao/testkit';
import { expect, it } from 'vitest';
import { allHear, appoint, foundGroup } from '../../src/stage/group.js';
import { useStage } from '../../src/stage/stage.js';
import { newId } from '../../src/stage/two-ways.js';

const PROFILE = {
  name: 'Trip',
  avatarUrl: 'https://example.com/trip.png',
  introduction: 'Where to go in May',
  extra: '{"budget":7}',
};
const RULES = {
  joinMode: JoinMode.APPROVAL,
  visibility: GroupVisibility.PUBLIC,
  history: HistoryPolicy.ALL,
  inviteRight: InviteRight.ADMINS,
};

export function groupLife(cluster: () => TestCluster): void {
  const stage = useStage(cluster, 'group-life');

  it('begins with its members, and once for one request and one id', async () => {
    const [alice, bob, carol] = stage().cast;
    const request = { ...PROFILE, ...RULES, groupId: 'trip', memberIds: ['bob', 'carol'] };
    const made = await alice.does(Groups, 'createGroup', request);
    expect(made).toEqual({ conversationId: 'g:trip', groupId: 'trip', invitedIds: [] });
    const memberIds = ['alice', 'bob', 'carol'];
    const created = { name: 'Trip', creatorId: 'alice', memberIds };
    await allHear([alice, bob, carol], 'g:trip', { groupCreated: created });
    const group = { ...PROFILE, ...RULES, ownerId: 'alice', memberCount: 3, dissolved: false };
    for (const [person, role] of [
      [alice, GroupRole.OWNER],
      [carol, GroupRole.MEMBER],
    ] as const) {
      const { groups } = await person.reads(Groups, 'getGroups', { groupIds: ['trip', 'none'] });
      expect(groups).toMatchObject([{ ...group, self: { userId: person.id, role } }]);
    }
    const taken = { name: 'Mine', groupId: 'trip' };
    expect(await bob.refused(Groups, 'createGroup', taken)).toBe('ALREADY_EXISTS group_id');
    const unknown = { name: 'Ghosts', memberIds: ['bob', 'nobody'] };
    expect(await bob.refused(Groups, 'createGroup', unknown)).toBe('NOT_FOUND member_ids[1]');
    await alice.says('g:trip', 'welcome', bob, carol);
  });

  it.each<[string, object]>([
    ['its name', { name: 'Trip to the sea' }],
    ['its picture', { avatarUrl: 'https://example.com/sea.png' }],
    ['its introduction', { introduction: 'Where to swim in June' }],
    ['its announcement', { announcement: 'Bring a towel 🏖' }],
    ["the app's data", { extra: '{}' }],
    ['how people come in', { joinMode: JoinMode.FREE }],
    ['who sees it', { visibility: GroupVisibility.PRIVATE }],
    ['what newcomers see', { history: HistoryPolicy.SINCE_JOIN }],
    ['who brings others in', { inviteRight: InviteRight.EVERYONE }],
    ['whether all are muted', { allMuted: true }],
    ['several things', { allMuted: false, announcement: '', name: 'Trip' }],
  ])('changes in %s, and only that is told', async (_what, change) => {
    const [alice, bob, carol] = stage().cast;
    const [before] = (await bob.reads(Groups, 'getGroups', { groupIds: ['trip'] })).groups;
    const { group } = await alice.does(Groups, 'updateGroup', { groupId: 'trip', ...change });
    expect(group).toMatchObject(change);
    for (const person of [alice, bob, carol]) {
      const told = await person.phone.next('g:trip');
      expect(told).toMatchObject({ sender: { id: 'alice' } });
      expect(setIn(told.content?.body?.value)).toEqual(change);
      await person.desk.next('g:trip');
    }
    const [after] = (await bob.reads(Groups, 'getGroups', { groupIds: ['trip'] })).groups;
    expect(after).toEqual({ ...before, ...change });
    // The same again is no change.
    await alice.does(Groups, 'updateGroup', { groupId: 'trip', ...change });
  });

  it('is in the lists of those who are in it, by what they are, page by page', async () => {
    const [alice, bob] = stage().cast;
    const mine: string[] = [];
    for (let n = 0; n < 3; n += 1)
      mine.push(await foundGroup([bob, alice], { groupId: `mine-${n}` }));
    await appoint(bob, 'mine-1', alice);
    const list = async (role: GroupRole) => {
      const found: string[] = [];
      for (let pageToken = ''; ;) {
        const page = await alice.reads(Groups, 'listMyGroups', { role, limit: 2, pageToken });
        found.push(...page.groups.map(({ groupId }) => groupId));
        ({ nextPageToken: pageToken } = page);
        if (pageToken === '') return found;
      }
    };
    expect(await list(GroupRole.UNSPECIFIED)).toEqual([...mine, 'trip']);
    expect(await list(GroupRole.OWNER)).toEqual(['trip']);
    expect(await list(GroupRole.ADMIN)).toEqual(['mine-1']);
    expect(await list(GroupRole.MEMBER)).toEqual(['mine-0', 'mine-2']);
  });

  it('ends for all at once: the log stays readable, and nothing is added', async () => {
    const [alice, bob, carol] = stage().cast;
    await alice.does(Groups, 'dissolveGroup', { groupId: 'trip' });
    await allHear([alice, bob, carol], 'g:trip', { by: 'alice', groupDissolved: {} });
    for (const person of [alice, bob]) expect(await person.cannotSay('g:trip')).toBe('DISSOLVED');
    const change = { groupId: 'trip', name: 'Again' };
    expect(await alice.refused(Groups, 'updateGroup', change)).toBe('DISSOLVED');
    expect(await alice.refused(Groups, 'dissolveGroup', { groupId: 'trip' })).toBe('DISSOLVED');
    expect(await bob.refused(Groups, 'leaveGroup', { groupId: 'trip' })).toBe('DISSOLVED');
    const { groups } = await carol.reads(Groups, 'getGroups', { groupIds: ['trip'] });
    expect(groups).toMatchObject([{ name: 'Trip', dissolved: true }]);
    expect((await carol.reads(Groups, 'listMyGroups', {})).groups).toEqual([]);
    const taken = { name: 'Trip', groupId: 'trip', clientRequestId: newId() };
    expect(await alice.refused(Groups, 'createGroup', taken)).toBe('ALREADY_EXISTS group_id');
  });
}

/** What of a notice is set. */
function setIn(value: object | undefined): object {
  const fields = Object.entries(value ?? {}).filter(([, field]) => field !== undefined);
  return Object.fromEntries(fields);
}
